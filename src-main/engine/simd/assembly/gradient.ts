import { loadPart, madd, put, storePart, WIDE } from './simd'
import { wideOuterTile } from './wide/outerTile'

/*
 * Products aᵀ · b summed over the rows of both: gradients of dense kernels and of filters. Six columns of a by eight of b
 * stay in registers, and both are read where they stand: each row gives six neighbouring numbers and eight.
 * What a tile reads beyond the last column is never stored; the allocator leaves room behind every tensor for it.
 */

/** Columns of a tile. */
export const outerColumns: i32 = WIDE ? 16 : 8
/** Bytes that a tile needs for itself. */
export const outerRoom: i32 = 384

/**
 * Adds to the sums at out [6 rows of outPitch, outerColumns]: rows × places places of a and b. If `fresh` there are none
 * yet; if `chained` the addition goes on from them, place by place, so that it does not show where it was interrupted.
 */
export function outerTile(
  a: usize,
  aStep: usize,
  aJump: usize,
  b: usize,
  bStep: usize,
  bJump: usize,
  rows: i32,
  places: i32,
  out: usize,
  outPitch: usize,
  height: i32,
  width: i32,
  fresh: boolean,
  chained: boolean,
  spare: usize,
): void {
  if (WIDE) {
    if (height >= 6 && width >= outerColumns && (fresh || chained)) {
      if (fresh) clearTile(out, outPitch)
      wideOuterTile(a, aStep, aJump, b, bStep, bJump, rows, places, out, outPitch)
      return
    }
    memory.fill(spare, 0, outerRoom)
    if (chained && !fresh) addWide(out, outPitch, spare, 64, min(6, height), min(16, width), true)
    wideOuterTile(a, aStep, aJump, b, bStep, bJump, rows, places, spare, 64)
    addWide(spare, 64, out, outPitch, min(6, height), min(16, width), fresh || chained)
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
  if (chained && !fresh) {
    let from = out
    c00 = v128.load(from)
    c01 = v128.load(from, 16)
    from += outPitch
    c10 = v128.load(from)
    c11 = v128.load(from, 16)
    from += outPitch
    c20 = v128.load(from)
    c21 = v128.load(from, 16)
    from += outPitch
    c30 = v128.load(from)
    c31 = v128.load(from, 16)
    from += outPitch
    c40 = v128.load(from)
    c41 = v128.load(from, 16)
    from += outPitch
    c50 = v128.load(from)
    c51 = v128.load(from, 16)
    fresh = true
  }
  for (let r = rows; r > 0; r--) {
    for (let p = places; p > 0; p--) {
      const b0 = v128.load(b)
      const b1 = v128.load(b, 16)
      let v = v128.load32_splat(a)
      c00 = madd(v, b0, c00)
      c01 = madd(v, b1, c01)
      v = v128.load32_splat(a, 4)
      c10 = madd(v, b0, c10)
      c11 = madd(v, b1, c11)
      v = v128.load32_splat(a, 8)
      c20 = madd(v, b0, c20)
      c21 = madd(v, b1, c21)
      v = v128.load32_splat(a, 12)
      c30 = madd(v, b0, c30)
      c31 = madd(v, b1, c31)
      v = v128.load32_splat(a, 16)
      c40 = madd(v, b0, c40)
      c41 = madd(v, b1, c41)
      v = v128.load32_splat(a, 20)
      c50 = madd(v, b0, c50)
      c51 = madd(v, b1, c51)
      a += aStep
      b += bStep
    }
    a += aJump
    b += bJump
  }
  add(out, 0, outPitch, height, width, c00, c01, fresh)
  add(out, 1, outPitch, height, width, c10, c11, fresh)
  add(out, 2, outPitch, height, width, c20, c21, fresh)
  add(out, 3, outPitch, height, width, c30, c31, fresh)
  add(out, 4, outPitch, height, width, c40, c41, fresh)
  add(out, 5, outPitch, height, width, c50, c51, fresh)
}

/** Sets six rows of sixteen numbers to zero. */
function clearTile(out: usize, outPitch: usize): void {
  const zero = f32x4.splat(0)
  for (let row = 0; row < 6; row++) {
    v128.store(out, zero)
    v128.store(out, zero, 16)
    v128.store(out, zero, 32)
    v128.store(out, zero, 48)
    out += outPitch
  }
}

function add(
  out: usize,
  row: i32,
  pitch: usize,
  height: i32,
  width: i32,
  left: v128,
  right: v128,
  fresh: boolean,
): void {
  if (row >= height) return
  const to = out + <usize>row * pitch
  if (width >= 8) {
    if (!fresh) {
      left = f32x4.add(left, v128.load(to))
      right = f32x4.add(right, v128.load(to, 16))
    }
    v128.store(to, left)
    v128.store(to, right, 16)
    return
  }
  if (!fresh) {
    left = f32x4.add(left, loadPart(to, width))
    right = f32x4.add(right, loadPart(to + 16, width - 4))
  }
  storePart(to, left, width)
  storePart(to + 16, right, width - 4)
}

/** Adds height × width numbers to others, or puts them there if these are `fresh`. */
function addWide(
  from: usize,
  fromPitch: usize,
  out: usize,
  outPitch: usize,
  height: i32,
  width: i32,
  fresh: boolean,
): void {
  for (let row = 0; row < height; row++) {
    for (let c = 0; c < width; c += 8) {
      const offset = (<usize>c) << 2
      const own = from + offset
      const to = out + offset
      let low = v128.load(own)
      let high = v128.load(own, 16)
      if (c + 8 <= width) {
        if (!fresh) {
          low = f32x4.add(low, v128.load(to))
          high = f32x4.add(high, v128.load(to, 16))
        }
        put(to, low, high)
        continue
      }
      const left = width - c
      if (!fresh) {
        low = f32x4.add(low, loadPart(to, left))
        high = f32x4.add(high, loadPart(to + 16, left - 4))
      }
      storePart(to, low, left)
      storePart(to + 16, high, left - 4)
    }
    from += fromPitch
    out += outPitch
  }
}

/** Rows of both sides that are summed at once: their tiles' numbers stay in the first cache. */
const rowBlock: i32 = 256

/**
 * out [aColumns, bColumns] = aᵀ · b over `rows` rows. Of b each `outerColumns` columns begin `bStep` bytes behind those
 * before, and a row `bPitch` behind the row before. Items: tiles of six columns of a.
 */
export function multiplyTransposed(
  a: usize,
  b: usize,
  out: usize,
  rows: i32,
  aColumns: i32,
  bColumns: i32,
  bPitch: usize,
  bStep: usize,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  const aPitch = (<usize>aColumns) << 2
  const outPitch = (<usize>bColumns) << 2
  for (let start = 0; start < rows; start += rowBlock) {
    const count = min(rowBlock, rows - start)
    for (let other = 0; other < bColumns; other += outerColumns) {
      const right = b + <usize>start * bPitch + <usize>(other / outerColumns) * bStep
      for (let item = from; item < to; item++) {
        const column = item * 6
        outerTile(
          a + <usize>start * aPitch + ((<usize>column) << 2),
          aPitch,
          0,
          right,
          bPitch,
          0,
          1,
          count,
          out + <usize>column * outPitch + ((<usize>other) << 2),
          outPitch,
          aColumns - column,
          bColumns - other,
          start == 0,
          false,
          scratch,
        )
      }
    }
  }
}
