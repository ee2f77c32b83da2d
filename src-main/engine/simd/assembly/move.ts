/**
 * Copies rows of `count` numbers of a block of [d0, d1, d2] rows; all strides are in bytes. Slices, paddings and
 * transpositions are such copies. Items: rows.
 */
export function copyRows(
  source: usize,
  target: usize,
  d1: i32,
  d2: i32,
  count: i32,
  s0: i32,
  s1: i32,
  s2: i32,
  sStep: i32,
  t0: i32,
  t1: i32,
  t2: i32,
  tStep: i32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  for (let item = from; item < to; item++) {
    const i2 = item % d2
    const rest = item / d2
    const i1 = rest % d1
    const i0 = rest / d1
    let a = source + <usize>(i0 * s0 + i1 * s1 + i2 * s2)
    let b = target + <usize>(i0 * t0 + i1 * t1 + i2 * t2)
    let i = 0
    if (sStep == 4 && tStep == 4) {
      for (; i + 4 <= count; i += 4) {
        v128.store(b, v128.load(a))
        a += 16
        b += 16
      }
    }
    for (; i < count; i++) {
      store<u32>(b, load<u32>(a))
      a += <usize>sStep
      b += <usize>tStep
    }
  }
}
