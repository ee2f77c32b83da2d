import { madd, nmadd, put } from '../simd'

/*
 * Winograd's F(4×4, 3×3) as in ../winogradLines.ts, for processors whose vectors hold eight numbers. WebAssembly has none of
 * these; the engine's compiler joins two neighbouring operations on four (see engine/simd/module.ts). It does so where
 * each load, store and sum of the lower half has its twin for the upper half beside it: so all is written in pairs, the
 * upper half of a store first. Channels and filters come in eights, of which the last may be a half; sums are those of ../winograd.ts, bit for bit.
 *
 * Tiles are taken in strips, one row of them: neighbours share two of their six columns, which are transformed once.
 */

/**
 * The transforms' numbers are read from memory once a call and stay in registers: as constants they would be composed
 * anew at each use.
 */
export const numbers: usize = memory.data<f32>([2, 4, 5, 8, 0.25, -0.16666667163372040, 0.041666667908430099])

/** Six inputs to six points, `step` bytes apart from `out`. */
// @ts-ignore: decorator
@inline
function inputPoints(
  d0: v128,
  e0: v128,
  d1: v128,
  e1: v128,
  d2: v128,
  e2: v128,
  d3: v128,
  e3: v128,
  d4: v128,
  e4: v128,
  d5: v128,
  e5: v128,
  two: v128,
  four: v128,
  five: v128,
  out: usize,
  step: usize,
): void {
  const even = nmadd(four, d2, d4)
  const evenHigh = nmadd(four, e2, e4)
  const odd = nmadd(four, d1, d3)
  const oddHigh = nmadd(four, e1, e3)
  const c = f32x4.sub(d4, d2)
  const cHigh = f32x4.sub(e4, e2)
  const e = f32x4.sub(d3, d1)
  const eHigh = f32x4.sub(e3, e1)
  put(out, madd(four, d0, nmadd(five, d2, d4)), madd(four, e0, nmadd(five, e2, e4)))
  const out1 = out + step
  put(out1, f32x4.add(even, odd), f32x4.add(evenHigh, oddHigh))
  const out2 = out1 + step
  put(out2, f32x4.sub(even, odd), f32x4.sub(evenHigh, oddHigh))
  const out3 = out2 + step
  put(out3, madd(two, e, c), madd(two, eHigh, cHigh))
  const out4 = out3 + step
  put(out4, nmadd(two, e, c), nmadd(two, eHigh, cHigh))
  const out5 = out4 + step
  put(out5, madd(four, d1, nmadd(five, d3, d5)), madd(four, e1, nmadd(five, e3, e5)))
}

/** The addresses of the six rows of a strip, from row y0 of the image on; rows beyond it are `zeros`. */
// @ts-ignore: decorator
@inline
export function stripRow(image: usize, y: i32, height: i32, pitch: usize, zeros: usize): usize {
  return y >= 0 && y < height ? image + <usize>y * pitch : zeros
}

/** Makes the columns before and behind the image zero; the transformed columns of every strip lie between them. */
export function clearMargins(columns: usize, left: i32, width: i32, total: i32): void {
  memory.fill(columns, 0, <usize>left * 192)
  const end = left + width
  if (end < total) memory.fill(columns + <usize>end * 192, 0, <usize>(total - end) * 192)
}

/**
 * Eight channels of a strip of tiles to its points: point p of tile t to target + p · pointStep + t's place. `columns` is
 * room for the transformed columns, [4 · tiles + 2, 6, 8].
 */
export function inputStrip(
  image: usize,
  height: i32,
  width: i32,
  pixel: usize,
  y0: i32,
  left: i32,
  tiles: i32,
  zeros: usize,
  columns: usize,
): void {
  const pitch = <usize>width * pixel
  const two = v128.load32_splat(numbers)
  const four = v128.load32_splat(numbers, 4)
  const five = v128.load32_splat(numbers, 8)
  let r0 = stripRow(image, y0, height, pitch, zeros)
  let r1 = stripRow(image, y0 + 1, height, pitch, zeros)
  let r2 = stripRow(image, y0 + 2, height, pitch, zeros)
  let r3 = stripRow(image, y0 + 3, height, pitch, zeros)
  let r4 = stripRow(image, y0 + 4, height, pitch, zeros)
  let r5 = stripRow(image, y0 + 5, height, pitch, zeros)
  let out = columns + <usize>left * 192
  for (let count = min(width, tiles * 4 + 2 - left); count > 0; count--) {
    inputPoints(
      v128.load(r0),
      v128.load(r0, 16),
      v128.load(r1),
      v128.load(r1, 16),
      v128.load(r2),
      v128.load(r2, 16),
      v128.load(r3),
      v128.load(r3, 16),
      v128.load(r4),
      v128.load(r4, 16),
      v128.load(r5),
      v128.load(r5, 16),
      two,
      four,
      five,
      out,
      32,
    )
    r0 += pixel
    r1 += pixel
    r2 += pixel
    r3 += pixel
    r4 += pixel
    r5 += pixel
    out += 192
  }
}

/** One row of points of a tile from its six transformed columns. */
// @ts-ignore: decorator
@inline
export function inputRow(at: usize, two: v128, four: v128, five: v128, out: usize, pointStep: usize): void {
  inputPoints(
    v128.load(at),
    v128.load(at, 16),
    v128.load(at, 192),
    v128.load(at, 208),
    v128.load(at, 384),
    v128.load(at, 400),
    v128.load(at, 576),
    v128.load(at, 592),
    v128.load(at, 768),
    v128.load(at, 784),
    v128.load(at, 960),
    v128.load(at, 976),
    two,
    four,
    five,
    out,
    pointStep,
  )
}
