import { loadPart, put, storePart } from './simd'

/** Writes the first `lanes` of eight numbers, or all of them. */
// @ts-ignore: decorator
@inline
export function putLanes(to: usize, low: v128, high: v128, lanes: i32): void {
  if (lanes >= 8) {
    put(to, low, high)
    return
  }
  storePart(to, low, lanes)
  storePart(to + 16, high, lanes - 4)
}

/** Adds eight numbers to those at `to`, or the first `lanes` of them. */
// @ts-ignore: decorator
@inline
export function addLanes(to: usize, low: v128, high: v128, lanes: i32): void {
  if (lanes >= 8) {
    put(to, f32x4.add(v128.load(to), low), f32x4.add(v128.load(to, 16), high))
    return
  }
  storePart(to, f32x4.add(loadPart(to, lanes), low), lanes)
  storePart(to + 16, f32x4.add(loadPart(to + 16, lanes - 4), high), lanes - 4)
}
