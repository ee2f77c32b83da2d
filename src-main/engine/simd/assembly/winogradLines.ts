import { madd } from './simd'

/*
 * Convolutions with filters of 3×3 and stride 1 by Winograd's F(4×4, 3×3) (Lavin and Gray 2016, "Fast Algorithms for
 * Convolutional Neural Networks"): each tile of 4×4 outputs takes 36 products instead of 144. A tile of 6×6 inputs and
 * the filter are transformed, each of the 36 points is one matrix product over channels, and the result is transformed
 * back. Blocks of tiles are so small that all that lies between stays in the second cache. Channels and filters come in
 * fours.
 */

export const points: i32 = 36
/** Apart from its size, so that the points of one tile do not fall into one set of the cache. */
const stagger: usize = 64

/** Bytes from point to point of a block of `tiles` tiles with `width` numbers each. */
// @ts-ignore: decorator
@inline
export function pointBytes(tiles: i32, width: i32): usize {
  return ((<usize>(tiles * width)) << 2) + stagger
}

// @ts-ignore: decorator
@inline
function times(value: v128, by: f32): v128 {
  return f32x4.mul(value, f32x4.splat(by))
}

// @ts-ignore: decorator
@inline
function plus(by: f32, value: v128, other: v128): v128 {
  return madd(f32x4.splat(by), value, other)
}

/** Six inputs to six points: 6 numbers `step` apart from `at`, to six places `outStep` apart. */
// @ts-ignore: decorator
@inline
export function inputLine(at: usize, step: usize, out: usize, outStep: usize): void {
  const d0 = v128.load(at)
  const d1 = v128.load(at + step)
  const d2 = v128.load(at + 2 * step)
  const d3 = v128.load(at + 3 * step)
  const d4 = v128.load(at + 4 * step)
  const d5 = v128.load(at + 5 * step)
  const even = plus(-4, d2, d4)
  const odd = plus(-4, d1, d3)
  const c = f32x4.sub(d4, d2)
  const e = f32x4.sub(d3, d1)
  v128.store(out, plus(4, d0, plus(-5, d2, d4)))
  v128.store(out + outStep, f32x4.add(even, odd))
  v128.store(out + 2 * outStep, f32x4.sub(even, odd))
  v128.store(out + 3 * outStep, plus(2, e, c))
  v128.store(out + 4 * outStep, plus(-2, e, c))
  v128.store(out + 5 * outStep, plus(4, d1, plus(-5, d3, d5)))
}

/** Six points to four outputs. */
// @ts-ignore: decorator
@inline
export function outputLine(at: usize, step: usize, out: usize, outStep: usize): void {
  const m0 = v128.load(at)
  const m1 = v128.load(at + step)
  const m2 = v128.load(at + 2 * step)
  const m3 = v128.load(at + 3 * step)
  const m4 = v128.load(at + 4 * step)
  const m5 = v128.load(at + 5 * step)
  const p = f32x4.add(m1, m2)
  const q = f32x4.sub(m1, m2)
  const r = f32x4.add(m3, m4)
  const s = f32x4.sub(m3, m4)
  v128.store(out, f32x4.add(f32x4.add(m0, p), r))
  v128.store(out + outStep, plus(2, s, q))
  v128.store(out + 2 * outStep, plus(4, r, p))
  v128.store(out + 3 * outStep, f32x4.add(plus(8, s, q), m5))
}

/** Three numbers of a filter to six points. */
// @ts-ignore: decorator
@inline
export function filterLine(at: usize, step: usize, out: usize, outStep: usize): void {
  const g0 = v128.load(at)
  const g1 = v128.load(at + step)
  const g2 = v128.load(at + 2 * step)
  const sum = f32x4.add(g0, g2)
  const wide = plus(4, g2, g0)
  v128.store(out, times(g0, 0.25))
  v128.store(out + outStep, times(f32x4.add(sum, g1), <f32>(-1.0 / 6)))
  v128.store(out + 2 * outStep, times(f32x4.sub(sum, g1), <f32>(-1.0 / 6)))
  v128.store(out + 3 * outStep, times(plus(2, g1, wide), <f32>(1.0 / 24)))
  v128.store(out + 4 * outStep, times(plus(-2, g1, wide), <f32>(1.0 / 24)))
  v128.store(out + 5 * outStep, g2)
}

/** Four gradients of outputs to six points, as a filter of four. */
// @ts-ignore: decorator
@inline
export function gradientLine(at: usize, step: usize, out: usize, outStep: usize): void {
  const g0 = v128.load(at)
  const g1 = v128.load(at + step)
  const g2 = v128.load(at + 2 * step)
  const g3 = v128.load(at + 3 * step)
  const even = f32x4.add(g0, g2)
  const odd = f32x4.add(g1, g3)
  const evenWide = plus(4, g2, g0)
  const oddWide = plus(4, g3, g1)
  v128.store(out, times(g0, 0.25))
  v128.store(out + outStep, times(f32x4.add(even, odd), <f32>(-1.0 / 6)))
  v128.store(out + 2 * outStep, times(f32x4.sub(even, odd), <f32>(-1.0 / 6)))
  v128.store(out + 3 * outStep, times(plus(2, oddWide, evenWide), <f32>(1.0 / 24)))
  v128.store(out + 4 * outStep, times(plus(-2, oddWide, evenWide), <f32>(1.0 / 24)))
  v128.store(out + 5 * outStep, g3)
}

/** Six points to the three numbers of a filter's gradient. */
// @ts-ignore: decorator
@inline
export function filterGradientLine(at: usize, step: usize, out: usize, outStep: usize): void {
  const m0 = v128.load(at)
  const m1 = v128.load(at + step)
  const m2 = v128.load(at + 2 * step)
  const m3 = v128.load(at + 3 * step)
  const m4 = v128.load(at + 4 * step)
  const m5 = v128.load(at + 5 * step)
  const p = f32x4.add(m1, m2)
  const r = f32x4.add(m3, m4)
  v128.store(out, f32x4.add(f32x4.add(m0, p), r))
  v128.store(out + outStep, plus(2, f32x4.sub(m3, m4), f32x4.sub(m1, m2)))
  v128.store(out + 2 * outStep, f32x4.add(plus(4, r, p), m5))
}
