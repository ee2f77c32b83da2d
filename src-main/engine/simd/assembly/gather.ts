/*
 * Rows picked by number, and their way back. Indices are whole numbers that have been checked.
 */

/** out [outer, picks, row bytes] from x [outer, rows, row bytes]. Items: picks of all outer blocks. */
export function gatherRows(
  x: usize,
  indices: usize,
  out: usize,
  rows: i32,
  picks: i32,
  rowBytes: usize,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  for (let item = from; item < to; item++) {
    const outer = <usize>(item / picks)
    const index = load<i32>(indices + ((<usize>(item % picks)) << 2))
    memory.copy(out + <usize>item * rowBytes, x + (outer * <usize>rows + <usize>index) * rowBytes, rowBytes)
  }
}

/**
 * out [rows, count]: row i is the sum of the rows of x whose segment is i, in their order. An item is a range of rows of
 * out and looks through all segments for its own: so every row is summed in one order, by one thread. Items: rows.
 */
export function segmentSum(
  x: usize,
  segments: usize,
  out: usize,
  picks: i32,
  count: i32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  const row = (<usize>count) << 2
  memory.fill(out + <usize>from * row, 0, <usize>(to - from) * row)
  for (let pick = 0; pick < picks; pick++) {
    const segment = load<i32>(segments + ((<usize>pick) << 2))
    if (segment < from || segment >= to) continue
    const target = out + <usize>segment * row
    const source = x + <usize>pick * row
    let i: usize = 0
    for (; i + 16 <= row; i += 16) {
      v128.store(target + i, f32x4.add(v128.load(target + i), v128.load(source + i)))
    }
    for (; i < row; i += 4) store<f32>(target + i, load<f32>(target + i) + load<f32>(source + i))
  }
}
