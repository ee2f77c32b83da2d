import { madd, nmadd } from './simd'

/*
 * The activations of recurrent cells, on vectors of four, with their derivatives told from their values. Each is one
 * function of a code, so that a kernel serves every pair of activations.
 */

export const actSigmoid: i32 = 1
export const actTanh: i32 = 2
export const actHardSigmoid: i32 = 3
export const actRelu: i32 = 4

/** eˣ within 2 units in the last place (Cephes' expf): x is n · ln 2 + r, and eʳ a polynomial. */
// @ts-ignore: decorator
@inline
export function exponential(value: v128): v128 {
  const x = f32x4.min(f32x4.max(value, f32x4.splat(-87.33654)), f32x4.splat(88.37626))
  const n = f32x4.nearest(f32x4.mul(x, f32x4.splat(1.44269504)))
  const r = nmadd(n, f32x4.splat(-2.12194440e-4), nmadd(n, f32x4.splat(0.693359375), x))
  let p = f32x4.splat(1.9875691500e-4)
  p = madd(p, r, f32x4.splat(1.3981999507e-3))
  p = madd(p, r, f32x4.splat(8.3334519073e-3))
  p = madd(p, r, f32x4.splat(4.1665795894e-2))
  p = madd(p, r, f32x4.splat(1.6666665459e-1))
  p = madd(p, r, f32x4.splat(0.5))
  const power = f32x4.add(madd(p, f32x4.mul(r, r), r), f32x4.splat(1))
  const scale = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23)
  return f32x4.mul(power, scale)
}

// @ts-ignore: decorator
@inline
export function sigmoid(x: v128): v128 {
  const one = f32x4.splat(1)
  return f32x4.div(one, f32x4.add(one, exponential(f32x4.neg(x))))
}

/** Near 0 by a polynomial (Cephes' tanhf): the difference of two numbers near 1 would lose its digits. */
// @ts-ignore: decorator
@inline
export function tanh(x: v128): v128 {
  const square = f32x4.mul(x, x)
  let p = f32x4.splat(-5.70498872745e-3)
  p = madd(p, square, f32x4.splat(2.06390887954e-2))
  p = madd(p, square, f32x4.splat(-5.37397155531e-2))
  p = madd(p, square, f32x4.splat(1.33314422036e-1))
  p = madd(p, square, f32x4.splat(-3.33332819422e-1))
  const small = madd(f32x4.mul(p, square), x, x)
  const one = f32x4.splat(1)
  const far = f32x4.sub(one, f32x4.div(f32x4.splat(2), f32x4.add(one, exponential(f32x4.add(x, x)))))
  return v128.bitselect(small, far, f32x4.lt(f32x4.abs(x), f32x4.splat(0.625)))
}

// @ts-ignore: decorator
@inline
export function activate(code: i32, x: v128): v128 {
  if (code == actSigmoid) return sigmoid(x)
  if (code == actTanh) return tanh(x)
  if (code == actRelu) return f32x4.max(x, f32x4.splat(0))
  if (code != actHardSigmoid) return x
  const line = f32x4.add(f32x4.mul(x, f32x4.splat(0.2)), f32x4.splat(0.5))
  return f32x4.min(f32x4.max(line, f32x4.splat(0)), f32x4.splat(1))
}

/** The derivative of an activation where its value is y. */
// @ts-ignore: decorator
@inline
export function slope(code: i32, y: v128): v128 {
  const one = f32x4.splat(1)
  const zero = f32x4.splat(0)
  if (code == actSigmoid) return f32x4.mul(y, f32x4.sub(one, y))
  if (code == actTanh) return f32x4.sub(one, f32x4.mul(y, y))
  if (code == actRelu) return v128.and(f32x4.gt(y, zero), one)
  if (code != actHardSigmoid) return one
  return v128.and(v128.and(f32x4.gt(y, zero), f32x4.lt(y, one)), f32x4.splat(0.2))
}
