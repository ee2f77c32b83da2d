import { erf4 } from './errorFunction'
import { exp4, expMinusOne4, sigmoid4, tanh4 } from './exponential'
import { madd } from './simd'

/*
 * Activations and their slopes, four numbers at a time. A slope is that of the activation at x, or told by its result y
 * where that is cheaper; a gradient is dy times it.
 */

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
  return madd(f32x4.mul(x, s), f32x4.sub(f32x4.splat(1), s), s)
}

/** tanh(ln(1 + e^x)) = n / (n + 2) with n = e^x·(e^x + 2), which is 1 long before e^x overflows. */
// @ts-ignore: decorator
@inline
function tanhOfSoftplus4(x: v128): v128 {
  const e = exp4(f32x4.min(x, f32x4.splat(20)))
  const n = f32x4.mul(e, f32x4.add(e, f32x4.splat(2)))
  return f32x4.div(n, f32x4.add(n, f32x4.splat(2)))
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
  const fall = f32x4.mul(f32x4.sub(f32x4.splat(1), t), f32x4.add(f32x4.splat(1), t))
  return madd(f32x4.mul(x, sigmoid4(x)), fall, t)
}

/** The normal distribution function: ½·(1 + erf(x / √2)). */
// @ts-ignore: decorator
@inline
function normalBelow4(x: v128): v128 {
  const half = f32x4.splat(0.5)
  return madd(erf4(f32x4.mul(x, f32x4.splat(0.7071067811865476))), half, half)
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
  const near = f32x4.max(f32x4.min(x, f32x4.splat(20)), f32x4.splat(-20))
  const density = f32x4.mul(
    exp4(f32x4.mul(f32x4.mul(near, near), f32x4.splat(-0.5))),
    f32x4.splat(0.3989422804014327),
  )
  return madd(near, density, normalBelow4(x))
}

const geluTanhScale: f32 = 0.7978845608028654
const geluTanhCubic: f32 = 0.044715

// @ts-ignore: decorator
@inline
function geluTanh4(x: v128): v128 {
  const square = f32x4.mul(x, x)
  const inner = f32x4.mul(x, madd(square, f32x4.splat(geluTanhCubic), f32x4.splat(1)))
  return tanh4(f32x4.mul(inner, f32x4.splat(geluTanhScale)))
}

/** GELU with tanh in place of erf, as the same paper has it. */
// @ts-ignore: decorator
@inline
export function geluNew4(x: v128): v128 {
  const half = f32x4.mul(x, f32x4.splat(0.5))
  return madd(half, geluTanh4(x), half)
}

// @ts-ignore: decorator
@inline
export function geluNewSlope4(x: v128): v128 {
  const one = f32x4.splat(1)
  const half = f32x4.splat(0.5)
  const near = f32x4.max(f32x4.min(x, f32x4.splat(20)), f32x4.splat(-20))
  const t = geluTanh4(x)
  const inner = f32x4.mul(
    madd(f32x4.mul(near, near), f32x4.splat(3 * geluTanhCubic), one),
    f32x4.splat(geluTanhScale),
  )
  const fall = f32x4.mul(f32x4.sub(one, t), f32x4.add(one, t))
  return madd(f32x4.mul(f32x4.mul(near, half), fall), inner, madd(t, half, half))
}

// @ts-ignore: decorator
@inline
export function softsign4(x: v128): v128 {
  return f32x4.div(x, f32x4.add(f32x4.abs(x), f32x4.splat(1)))
}

// @ts-ignore: decorator
@inline
export function softsignSlope4(x: v128): v128 {
  const d = f32x4.add(f32x4.abs(x), f32x4.splat(1))
  return f32x4.div(f32x4.splat(1), f32x4.mul(d, d))
}
