import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { loadSimd } from '../../../../src-main/engine/simd/load.ts'
import * as tf from '../../../../src-main/engine/tf.ts'
import { startBoth } from './support.ts'

/*
 * The functions that the kernels compute by polynomials of their own, against float64 over the whole range of float32:
 * numbers of every exponent and both signs, the smallest, the largest, infinities and NaN.
 */

before(() => startBoth())

const numbers = ((): Float32Array => {
  const bits = new Uint32Array(2 ** 15)
  // A prime step visits every exponent, each with other digits.
  for (let i = 0; i < bits.length; i++) bits[i] = i * 131_071
  const dense = Float32Array.from({ length: 2 ** 13 }, (_, i) => (i - 2 ** 12) / 40)
  return Float32Array.from([
    ...new Float32Array(bits.buffer),
    ...dense,
    0,
    -0,
    1,
    -1,
    Infinity,
    -Infinity,
    NaN,
  ])
})()

/** Digits lost, in units of the last place of the exact result; beneath the smallest normal number in units of that. */
function unitsOff(value: number, exact: number): number {
  const rounded = Math.fround(exact)
  if (Object.is(value, rounded) || value === rounded) return 0
  if (!Number.isFinite(rounded) || !Number.isFinite(value)) {
    // One side of the border to infinity may be the other's.
    const near = Math.abs(exact) > 3.4e38 && Math.abs(value) > 3.4e38
    return near && Math.sign(value) === Math.sign(exact) ? 0 : Infinity
  }
  const unit = 2 ** Math.max(-149, Math.floor(Math.log2(Math.abs(exact))) - 23)
  return Math.abs(value - exact) / unit
}

const sigmoid = (x: number): number => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x)))
const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))

/** The series up to 2.5, and the continued fraction of erfc beyond (Abramowitz and Stegun 7.1.5 and 7.1.14). */
function erf(x: number): number {
  const t = Math.abs(x)
  if (!(t > 0)) return x
  if (t > 6) return Math.sign(x)
  if (t <= 2.5) {
    let term = t
    let sum = t
    for (let n = 1; n < 80; n++) {
      term *= (-t * t) / n
      sum += term / (2 * n + 1)
    }
    return (Math.sign(x) * 2 * sum) / Math.sqrt(Math.PI)
  }
  let fraction = 0
  for (let n = 80; n > 0; n--) fraction = n / 2 / (t + fraction)
  return Math.sign(x) * (1 - Math.exp(-t * t) / Math.sqrt(Math.PI) / (t + fraction))
}

/** Each with the units of the last place that it may be off. */
const functions: readonly (readonly [string, (x: number) => number, number])[] = [
  ['Exp', Math.exp, 2],
  ['Expm1', Math.expm1, 3],
  ['Log', Math.log, 2],
  ['Log1p', Math.log1p, 3],
  ['Sigmoid', sigmoid, 3],
  ['Tanh', Math.tanh, 3],
  ['Softplus', softplus, 3],
  ['Erf', erf, 3],
]

for (const build of ['wide', 'plain'] as const) {
  test(`exponentials, logarithms, tanh and erf to the last digits of float32 (${build})`, async () => {
    await loadSimd({ threads: 2, build })
    for (const [kernel, exact, most] of functions) {
      const values = tf.tidy(() =>
        tf
          .engine()
          .runKernel<tf.Tensor>(kernel, { x: tf.tensor1d(numbers) })
          .dataSync<'float32'>(),
      )
      let [worst, at] = [0, 0]
      for (const [i, x] of numbers.entries()) {
        const off = unitsOff(values[i] ?? 0, exact(x))
        if (off > worst) [worst, at] = [off, x]
      }
      assert.ok(worst <= most, `${kernel} of ${at} is off by ${worst} units of the last place`)
    }
  })
}
