import { outerColumns, outerTile } from './gradient'
import { packAll } from './panel'
import { multiplyRows } from './recurrent'
import { tileRows } from './tile'

/*
 * Many small products in one job: an item is one of them, so that its right side is packed, used and forgotten in a
 * thread's own cache. A side is a matrix whose rows and columns lie anywhere.
 */

/** Bytes of a thread's memory that `multiplyBlock` and `addOuter` need for themselves; the panels lie behind. */
export const blockRoom: usize = 512

/** out [rows, columns] = a [rows, depth] · panels. */
// @ts-ignore: decorator
@inline
export function multiplyBlock(
  a: usize,
  aPitch: usize,
  rows: i32,
  depth: i32,
  panels: usize,
  out: usize,
  outPitch: usize,
  columns: i32,
  scratch: usize,
): void {
  for (let row = 0; row < rows; row += tileRows) {
    const count = min(tileRows, rows - row)
    const from = a + <usize>row * aPitch
    const to = out + <usize>row * outPitch
    multiplyRows(from, aPitch, depth, panels, to, outPitch, columns, count, 0, scratch)
  }
}

/** out [rows, columns] = aᵀ · b of a [depth, rows] and b [depth, columns]. */
// @ts-ignore: decorator
@inline
export function outerBlock(
  a: usize,
  aPitch: usize,
  rows: i32,
  depth: i32,
  b: usize,
  bPitch: usize,
  columns: i32,
  out: usize,
  outPitch: usize,
  scratch: usize,
): void {
  for (let row = 0; row < rows; row += 6) {
    for (let column = 0; column < columns; column += outerColumns) {
      const offset = (<usize>column) << 2
      const to = out + <usize>row * outPitch + offset
      const from = a + ((<usize>row) << 2)
      outerTile(from, aPitch, 0, b + offset, bPitch, 0, 1, depth, to, outPitch, rows - row, columns - column, true, false, scratch)
    }
  }
}

/**
 * out [items, rows, columns] = a · b of each pair; a is stored as [depth, rows] if `turnedA`, b as [columns, depth] if
 * `turnedB`. `places` holds the bytes from a and from b to the matrices of each item. Items: products.
 */
export function multiplyMany(
  a: usize,
  b: usize,
  places: usize,
  out: usize,
  rows: i32,
  depth: i32,
  columns: i32,
  turnedA: i32,
  turnedB: i32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  const outPitch = (<usize>columns) << 2
  const panels = scratch + blockRoom
  const turned = panels + <usize>((columns + outerColumns) * depth * 4)
  for (let item = from; item < to; item++) {
    let left = a + <usize>load<u32>(places + ((<usize>item) << 3))
    const right = b + <usize>load<u32>(places + ((<usize>item) << 3), 4)
    const target = out + <usize>(item * rows) * outPitch
    if (turnedA && !turnedB) {
      outerBlock(left, (<usize>rows) << 2, rows, depth, right, outPitch, columns, target, outPitch, scratch)
      continue
    }
    if (turnedA) {
      turn(left, turned, depth, rows)
      left = turned
    }
    if (turnedB) packAll(right, panels, depth, 4, columns, (<usize>depth) << 2)
    else packAll(right, panels, depth, outPitch, columns, 4)
    multiplyBlock(left, (<usize>depth) << 2, rows, depth, panels, target, outPitch, columns, scratch)
  }
}

/** [depth, rows] to [rows, depth]. */
function turn(source: usize, target: usize, depth: i32, rows: i32): void {
  for (let row = 0; row < rows; row++) {
    let at = source + ((<usize>row) << 2)
    for (let i = 0; i < depth; i++) {
      store<f32>(target, load<f32>(at))
      target += 4
      at += (<usize>rows) << 2
    }
  }
}
