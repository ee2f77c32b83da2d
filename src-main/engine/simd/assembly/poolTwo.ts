import { put } from './simd'

/* Max pooling of windows of 2×2 that do not overlap, channels in eights: what most networks have, without its loops. */

// @ts-ignore: decorator
@inline
function greater(a: v128, b: v128): v128 {
  return v128.bitselect(b, a, f32x4.gt(b, a))
}

/** One row of outputs from two rows of the image at x. */
export function poolRow(x: usize, pitch: usize, pixel: usize, places: i32, out: usize): void {
  for (let place = places; place > 0; place--) {
    for (let c: usize = 0; c < pixel; c += 32) {
      const a = x + c
      const b = a + pixel
      const below = a + pitch
      const last = below + pixel
      const top = greater(v128.load(a), v128.load(b))
      const topHigh = greater(v128.load(a, 16), v128.load(b, 16))
      const bottom = greater(top, v128.load(below))
      const bottomHigh = greater(topHigh, v128.load(below, 16))
      put(out + c, greater(bottom, v128.load(last)), greater(bottomHigh, v128.load(last, 16)))
    }
    x += 2 * pixel
    out += pixel
  }
}

/** The gradients of two rows of the image: each window's goes to its greatest number, to the first of several. */
export function poolRowGradient(
  dy: usize,
  x: usize,
  dx: usize,
  pitch: usize,
  pixel: usize,
  places: i32,
): void {
  for (let place = places; place > 0; place--) {
    for (let c: usize = 0; c < pixel; c += 32) {
      const a = x + c
      const b = a + pixel
      const below = a + pitch
      const last = below + pixel
      const x0 = v128.load(a)
      const y0 = v128.load(a, 16)
      const x1 = v128.load(b)
      const y1 = v128.load(b, 16)
      const x2 = v128.load(below)
      const y2 = v128.load(below, 16)
      const second = f32x4.gt(x1, x0)
      const secondHigh = f32x4.gt(y1, y0)
      const best = v128.bitselect(x1, x0, second)
      const bestHigh = v128.bitselect(y1, y0, secondHigh)
      const third = f32x4.gt(x2, best)
      const thirdHigh = f32x4.gt(y2, bestHigh)
      const fourth = f32x4.gt(v128.load(last), v128.bitselect(x2, best, third))
      const fourthHigh = f32x4.gt(v128.load(last, 16), v128.bitselect(y2, bestHigh, thirdHigh))
      const from = dy + c
      const d = v128.load(from)
      const dHigh = v128.load(from, 16)
      const left = v128.andnot(d, fourth)
      const leftHigh = v128.andnot(dHigh, fourthHigh)
      const upper = v128.andnot(left, third)
      const upperHigh = v128.andnot(leftHigh, thirdHigh)
      const to = dx + c
      put(to, v128.andnot(upper, second), v128.andnot(upperHigh, secondHigh))
      put(to + pixel, v128.and(upper, second), v128.and(upperHigh, secondHigh))
      put(to + pitch, v128.and(left, third), v128.and(leftHigh, thirdHigh))
      put(to + pitch + pixel, v128.and(d, fourth), v128.and(dHigh, fourthHigh))
    }
    x += 2 * pixel
    dx += 2 * pixel
    dy += pixel
  }
}
