import { madd } from './simd'

/*
 * Where a ReLU follows a batch normalisation, dy counts only where its result is above 0: that is read from the result
 * `y`, or, where nothing was added before the ReLU, computed from x once more by the very operations that gave it, which
 * spares a third of the memory that is read.
 */

export const ungated: i32 = 0
export const gatedByResult: i32 = 1
export const gatedByInput: i32 = 2

// @ts-ignore: decorator
@inline
export function gateOf(y: usize, beta: usize): i32 {
  return y ? gatedByResult : beta ? gatedByInput : ungated
}

/** dy, or 0 where the ReLU gave 0. */
// @ts-ignore: decorator
@inline
export function gated(d: v128, x: v128, mean: v128, scale: v128, shift: v128): v128 {
  return v128.and(d, f32x4.gt(madd(f32x4.sub(x, mean), scale, shift), f32x4.splat(0)))
}

/** What of four numbers of dy counts. */
// @ts-ignore: decorator
@inline
export function counted(gate: i32, d: v128, x: v128, y: usize, mean: v128, scale: v128, shift: v128): v128 {
  if (gate == gatedByResult) return v128.and(d, f32x4.gt(v128.load(y), f32x4.splat(0)))
  return gate == gatedByInput ? gated(d, x, mean, scale, shift) : d
}

// @ts-ignore: decorator
@inline
export function passes(gate: i32, y: usize, x: f32, mean: f32, scale: f32, shift: f32): boolean {
  if (gate == gatedByResult) return load<f32>(y) > 0
  if (gate == gatedByInput) return (x - mean) * scale + shift > 0
  return true
}
