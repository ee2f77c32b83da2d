import { erf4 } from './errorFunction'
import { exp4, expMinusOne4, sigmoid4, tanh4 } from './exponential'
import { madd } from './simd'

/*
 * Activations and their slopes, four numbers at a time. A slope is that of the activation at x, or told by its result y
 * where that is cheaper; a gradient is dy times it.
 */

/** Read from memory, as in exponential.ts: 1, ½, √½, 20, 1/√(2π), √(2/π), GELU's cubic term and 3 times it. */
const numbers: usize = memory.data<f32>([
  1, 0.5, 0.7071067811865476, 20, 0.3989422804014327, 0.7978845608028654, 0.044715, 0.134145, -20, 2,
])

// @ts-ignore: decorator
@inline
function number(index: i32): v128 {
  return v128.load32_splat(numbers + ((<usize>index) << 2))
}

/** Klambauer et al. 2017, "Self-Normalizing Neural Networks". */
export const seluScale: f32 = 1.0507009873554805
export const seluScaleAlpha: f32 = 1.7580993408473768

// @ts-ignore: decorator
@inline
export function elu4(x: v128): v128 {
  return v128.bitselect(x, expMinusOne4(x), f32x4.ge(x, f32x4.splat(0)))
}

// @ts-ignore: decorator
@inline
export function selu4(x: v128): v128 {
  const below = f32x4.mul(expMinusOne4(x), f32x4.splat(seluScaleAlpha))
  return v128.bitselect(f32x4.mul(x, f32x4.splat(seluScale)), below, f32x4.ge(x, f32x4.splat(0)))
}

// @ts-ignore: decorator
@inline
export function seluSlope4(x: v128): v128 {
  const below = f32x4.mul(exp4(x), f32x4.splat(seluScaleAlpha))
  return v128.bitselect(f32x4.splat(seluScale), below, f32x4.gt(x, f32x4.splat(0)))
}

/** x·σ(x) (Ramachandran et al. 2017). */
// @ts-ignore: decorator
@inline
export function swish4(x: v128): v128 {
  return f32x4.mul(x, sigmoid4(x))
}

// @ts-ignore: decorator
@inline
export function swishSlope4(x: v128): v128 {
  const s = sigmoid4(x)
  return madd(f32x4.mul(x, s), f32x4.sub(number(0), s), s)
}

/** tanh(ln(1 + e^x)) = n / (n + 2) with n = e^x·(e^x + 2), which is 1 long before e^x overflows. */
// @ts-ignore: decorator
@inline
function tanhOfSoftplus4(x: v128): v128 {
  const e = exp4(f32x4.min(x, number(3)))
  const n = f32x4.mul(e, f32x4.add(e, number(9)))
  return f32x4.div(n, f32x4.add(n, number(9)))
}

/** x·tanh(ln(1 + e^x)) (Misra 2019). */
// @ts-ignore: decorator
@inline
export function mish4(x: v128): v128 {
  return f32x4.mul(x, tanhOfSoftplus4(x))
}

// @ts-ignore: decorator
@inline
export function mishSlope4(x: v128): v128 {
  const t = tanhOfSoftplus4(x)
  const fall = f32x4.mul(f32x4.sub(number(0), t), f32x4.add(number(0), t))
  return madd(f32x4.mul(x, sigmoid4(x)), fall, t)
}

/** The normal distribution function: ½·(1 + erf(x / √2)). */
// @ts-ignore: decorator
@inline
function normalBelow4(x: v128): v128 {
  const half = number(1)
  return madd(erf4(f32x4.mul(x, number(2))), half, half)
}

/** x·Φ(x) (Hendrycks and Gimpel 2016). */
// @ts-ignore: decorator
@inline
export function gelu4(x: v128): v128 {
  return f32x4.mul(x, normalBelow4(x))
}

// @ts-ignore: decorator
@inline
export function geluSlope4(x: v128): v128 {
  // Beyond 20 the density is 0 in float32; bounded, so that ∞ · 0 is not asked for.
  const near = f32x4.max(f32x4.min(x, number(3)), number(8))
  const density = f32x4.mul(
    exp4(f32x4.mul(f32x4.mul(near, near), f32x4.neg(number(1)))),
    number(4),
  )
  return madd(near, density, normalBelow4(x))
}

// @ts-ignore: decorator
@inline
function geluTanh4(x: v128): v128 {
  const square = f32x4.mul(x, x)
  const inner = f32x4.mul(x, madd(square, number(6), number(0)))
  return tanh4(f32x4.mul(inner, number(5)))
}

/** GELU with tanh in place of erf, as the same paper has it. */
// @ts-ignore: decorator
@inline
export function geluNew4(x: v128): v128 {
  const half = f32x4.mul(x, number(1))
  return madd(half, geluTanh4(x), half)
}

// @ts-ignore: decorator
@inline
export function geluNewSlope4(x: v128): v128 {
  const one = number(0)
  const half = number(1)
  const near = f32x4.max(f32x4.min(x, number(3)), number(8))
  const t = geluTanh4(x)
  const inner = f32x4.mul(
    madd(f32x4.mul(near, near), number(7), one),
    number(5),
  )
  const fall = f32x4.mul(f32x4.sub(one, t), f32x4.add(one, t))
  return madd(f32x4.mul(f32x4.mul(near, half), fall), inner, madd(t, half, half))
}

// @ts-ignore: decorator
@inline
export function softsign4(x: v128): v128 {
  return f32x4.div(x, f32x4.add(f32x4.abs(x), number(0)))
}

// @ts-ignore: decorator
@inline
export function softsignSlope4(x: v128): v128 {
  const d = f32x4.add(f32x4.abs(x), number(0))
  return f32x4.div(number(0), f32x4.mul(d, d))
}
