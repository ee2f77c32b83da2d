import { loadPart, madd, put, splat, storePart, WIDE } from './simd'
import { wideTile } from './wide/tile'

/*
 * Matrix products whose left side is read row by row: dense layers, and convolutions, whose rows are the windows of a
 * padded image. Six rows by eight columns stay in registers: twelve sums, two vectors of the right side and one number
 * of the left are fifteen of the sixteen registers there are. The right side is packed beforehand into panels of eight
 * columns, so that each step of the sum reads 32 bytes that lie together; the left side is read where it stands. The
 * build for vectors of eight has panels of sixteen columns.
 */

export const tileRows: i32 = 6
export const panelColumns: i32 = WIDE ? 16 : 8
/** Bytes of a row of a panel. */
export const panelRow: i32 = panelColumns * 4
/** Bytes that `tile` needs for itself behind the addresses of the outputs. */
export const tileRoom: i32 = 448

/** What is done to a tile before it is stored. */
export const addToOutput: i32 = 1
const addBias: i32 = 2
const applyRelu: i32 = 4

/**
 * One tile: rows a0 to a5, each `taps` runs of `run` numbers that lie `pitch` apart, times a panel; of the result the
 * first `rows` and `columns` go to c0, c1 … (the addresses of `outputs`).
 */
export function tile(
  a0: usize,
  a1: usize,
  a2: usize,
  a3: usize,
  a4: usize,
  a5: usize,
  taps: i32,
  run: i32,
  pitch: usize,
  panel: usize,
  outputs: usize,
  column: usize,
  rows: i32,
  columns: i32,
  bias: usize,
  mode: i32,
): void {
  if (WIDE) {
    const spare = outputs + 64
    wideTile(a0, a1, a2, a3, a4, a5, taps, run, pitch, panel, spare)
    finishWide(spare, outputs, column, rows, columns, bias, mode)
    return
  }
  const zero = f32x4.splat(0)
  let c00 = zero
  let c01 = zero
  let c10 = zero
  let c11 = zero
  let c20 = zero
  let c21 = zero
  let c30 = zero
  let c31 = zero
  let c40 = zero
  let c41 = zero
  let c50 = zero
  let c51 = zero
  const jump = pitch - ((<usize>run) << 2)
  for (let t = taps; t > 0; t--) {
    let k = run
    for (; k >= 4; k -= 4) {
      let b0 = v128.load(panel)
      let b1 = v128.load(panel, 16)
      let a = v128.load32_splat(a0)
      c00 = madd(a, b0, c00)
      c01 = madd(a, b1, c01)
      a = v128.load32_splat(a1)
      c10 = madd(a, b0, c10)
      c11 = madd(a, b1, c11)
      a = v128.load32_splat(a2)
      c20 = madd(a, b0, c20)
      c21 = madd(a, b1, c21)
      a = v128.load32_splat(a3)
      c30 = madd(a, b0, c30)
      c31 = madd(a, b1, c31)
      a = v128.load32_splat(a4)
      c40 = madd(a, b0, c40)
      c41 = madd(a, b1, c41)
      a = v128.load32_splat(a5)
      c50 = madd(a, b0, c50)
      c51 = madd(a, b1, c51)

      b0 = v128.load(panel, 32)
      b1 = v128.load(panel, 48)
      a = v128.load32_splat(a0, 4)
      c00 = madd(a, b0, c00)
      c01 = madd(a, b1, c01)
      a = v128.load32_splat(a1, 4)
      c10 = madd(a, b0, c10)
      c11 = madd(a, b1, c11)
      a = v128.load32_splat(a2, 4)
      c20 = madd(a, b0, c20)
      c21 = madd(a, b1, c21)
      a = v128.load32_splat(a3, 4)
      c30 = madd(a, b0, c30)
      c31 = madd(a, b1, c31)
      a = v128.load32_splat(a4, 4)
      c40 = madd(a, b0, c40)
      c41 = madd(a, b1, c41)
      a = v128.load32_splat(a5, 4)
      c50 = madd(a, b0, c50)
      c51 = madd(a, b1, c51)

      b0 = v128.load(panel, 64)
      b1 = v128.load(panel, 80)
      a = v128.load32_splat(a0, 8)
      c00 = madd(a, b0, c00)
      c01 = madd(a, b1, c01)
      a = v128.load32_splat(a1, 8)
      c10 = madd(a, b0, c10)
      c11 = madd(a, b1, c11)
      a = v128.load32_splat(a2, 8)
      c20 = madd(a, b0, c20)
      c21 = madd(a, b1, c21)
      a = v128.load32_splat(a3, 8)
      c30 = madd(a, b0, c30)
      c31 = madd(a, b1, c31)
      a = v128.load32_splat(a4, 8)
      c40 = madd(a, b0, c40)
      c41 = madd(a, b1, c41)
      a = v128.load32_splat(a5, 8)
      c50 = madd(a, b0, c50)
      c51 = madd(a, b1, c51)

      b0 = v128.load(panel, 96)
      b1 = v128.load(panel, 112)
      a = v128.load32_splat(a0, 12)
      c00 = madd(a, b0, c00)
      c01 = madd(a, b1, c01)
      a = v128.load32_splat(a1, 12)
      c10 = madd(a, b0, c10)
      c11 = madd(a, b1, c11)
      a = v128.load32_splat(a2, 12)
      c20 = madd(a, b0, c20)
      c21 = madd(a, b1, c21)
      a = v128.load32_splat(a3, 12)
      c30 = madd(a, b0, c30)
      c31 = madd(a, b1, c31)
      a = v128.load32_splat(a4, 12)
      c40 = madd(a, b0, c40)
      c41 = madd(a, b1, c41)
      a = v128.load32_splat(a5, 12)
      c50 = madd(a, b0, c50)
      c51 = madd(a, b1, c51)

      panel += 128
      a0 += 16
      a1 += 16
      a2 += 16
      a3 += 16
      a4 += 16
      a5 += 16
    }
    for (; k > 0; k--) {
      const b0 = v128.load(panel)
      const b1 = v128.load(panel, 16)
      let a = v128.load32_splat(a0)
      c00 = madd(a, b0, c00)
      c01 = madd(a, b1, c01)
      a = v128.load32_splat(a1)
      c10 = madd(a, b0, c10)
      c11 = madd(a, b1, c11)
      a = v128.load32_splat(a2)
      c20 = madd(a, b0, c20)
      c21 = madd(a, b1, c21)
      a = v128.load32_splat(a3)
      c30 = madd(a, b0, c30)
      c31 = madd(a, b1, c31)
      a = v128.load32_splat(a4)
      c40 = madd(a, b0, c40)
      c41 = madd(a, b1, c41)
      a = v128.load32_splat(a5)
      c50 = madd(a, b0, c50)
      c51 = madd(a, b1, c51)
      panel += 32
      a0 += 4
      a1 += 4
      a2 += 4
      a3 += 4
      a4 += 4
      a5 += 4
    }
    a0 += jump
    a1 += jump
    a2 += jump
    a3 += jump
    a4 += jump
    a5 += jump
  }
  finish(outputs, 0, column, rows, columns, c00, c01, bias, mode)
  finish(outputs, 1, column, rows, columns, c10, c11, bias, mode)
  finish(outputs, 2, column, rows, columns, c20, c21, bias, mode)
  finish(outputs, 3, column, rows, columns, c30, c31, bias, mode)
  finish(outputs, 4, column, rows, columns, c40, c41, bias, mode)
  finish(outputs, 5, column, rows, columns, c50, c51, bias, mode)
}

function finish(
  outputs: usize,
  row: i32,
  column: usize,
  rows: i32,
  columns: i32,
  left: v128,
  right: v128,
  bias: usize,
  mode: i32,
): void {
  if (row >= rows) return
  const to = <usize>load<u32>(outputs + ((<usize>row) << 2)) + column
  if (mode & addToOutput) {
    left = f32x4.add(left, loadPart(to, columns))
    right = f32x4.add(right, loadPart(to + 16, columns - 4))
  }
  if (mode & addBias) {
    left = f32x4.add(left, loadPart(bias + column, columns))
    right = f32x4.add(right, loadPart(bias + column + 16, columns - 4))
  }
  if (mode & applyRelu) {
    left = f32x4.max(left, f32x4.splat(0))
    right = f32x4.max(right, f32x4.splat(0))
  }
  if (columns >= panelColumns) {
    v128.store(to, left)
    v128.store(to, right, 16)
    return
  }
  storePart(to, left, columns)
  storePart(to + 16, right, columns - 4)
}

/** What `finish` does to a row, to the rows of a tile in `spare`. */
function finishWide(
  spare: usize,
  outputs: usize,
  column: usize,
  rows: i32,
  columns: i32,
  bias: usize,
  mode: i32,
): void {
  const floor = f32x4.splat(0)
  for (let row = 0; row < rows; row++) {
    const to = <usize>load<u32>(outputs + ((<usize>row) << 2)) + column
    for (let c = 0; c < columns; c += 8) {
      const offset = (<usize>c) << 2
      const at = to + offset
      const own = spare + offset
      let low = v128.load(own)
      let high = v128.load(own, 16)
      if (c + 8 <= columns) {
        if (mode & addToOutput) {
          low = f32x4.add(low, v128.load(at))
          high = f32x4.add(high, v128.load(at, 16))
        }
        if (mode & addBias) {
          const added = bias + column + offset
          low = f32x4.add(low, v128.load(added))
          high = f32x4.add(high, v128.load(added, 16))
        }
        if (mode & applyRelu) {
          low = f32x4.max(low, floor)
          high = f32x4.max(high, floor)
        }
        put(at, low, high)
        continue
      }
      const left = columns - c
      if (mode & addToOutput) {
        low = f32x4.add(low, loadPart(at, left))
        high = f32x4.add(high, loadPart(at + 16, left - 4))
      }
      if (mode & addBias) {
        low = f32x4.add(low, loadPart(bias + column + offset, left))
        high = f32x4.add(high, loadPart(bias + column + offset + 16, left - 4))
      }
      if (mode & applyRelu) {
        low = f32x4.max(low, floor)
        high = f32x4.max(high, floor)
      }
      storePart(at, low, left)
      storePart(at + 16, high, left - 4)
    }
    spare += 64
  }
}
