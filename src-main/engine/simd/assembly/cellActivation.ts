import { sigmoid4, tanh4 } from './exponential'
import { loadUpTo, storeUpTo } from './simd'
import { sigmoid, tanh } from './unary'

/*
 * The activations of recurrent cells, on vectors of four, with their derivatives told from their values. Each is one
 * function of a code, so that a kernel serves every pair of activations; where the code is a constant nothing is asked.
 */

export const actSigmoid: i32 = 1
export const actTanh: i32 = 2
const actHardSigmoid: i32 = 3
const actRelu: i32 = 4

// @ts-ignore: decorator
@inline
export function activate(code: i32, x: v128): v128 {
  if (code == actSigmoid) return sigmoid4(x)
  if (code == actTanh) return tanh4(x)
  if (code == actRelu) return f32x4.max(x, f32x4.splat(0))
  if (code != actHardSigmoid) return x
  const line = f32x4.add(f32x4.mul(x, f32x4.splat(0.2)), f32x4.splat(0.5))
  return f32x4.min(f32x4.max(line, f32x4.splat(0)), f32x4.splat(1))
}

/**
 * Activates `count` numbers where they stand, and may read three beyond them. By kernels of their own: V8 joins the pairs
 * of a function that has one such loop.
 */
export function activateRow(code: i32, at: usize, count: i32): void {
  if (code == actSigmoid) sigmoid(at, at, 0, 0, count)
  else if (code == actTanh) tanh(at, at, 0, 0, count)
  else {
    for (; count > 0; count -= 4) {
      storeUpTo(at, activate(code, loadUpTo(at, count)), count)
      at += 16
    }
  }
}

/** The derivative of an activation where its value is y. */
// @ts-ignore: decorator
@inline
export function slopeAt(code: i32, y: v128): v128 {
  const one = f32x4.splat(1)
  const zero = f32x4.splat(0)
  if (code == actSigmoid) return f32x4.mul(y, f32x4.sub(one, y))
  if (code == actTanh) return f32x4.sub(one, f32x4.mul(y, y))
  if (code == actRelu) return v128.and(f32x4.gt(y, zero), one)
  if (code != actHardSigmoid) return one
  return v128.and(v128.and(f32x4.gt(y, zero), f32x4.lt(y, one)), f32x4.splat(0.2))
}
