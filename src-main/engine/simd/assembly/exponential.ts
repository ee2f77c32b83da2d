import { madd, nmadd } from './simd'

/*
 * e^x and what is made of it, four numbers at a time. x = n·ln 2 + r with |r| ≤ ln 2 / 2; e^r - 1 = r + r²·P(r), P of
 * degree 4, fitted here to a relative error of 3e-9. Errors that the tests allow, against float64: 2 ULP for e^x and
 * the sigmoid, 3 for the others.
 */

/**
 * ln 2 in two parts, of which the first has so few digits that n times it is exact; 1 / ln 2; P; the rounder, which added
 * and taken off again rounds a number below 2^22 to a whole one, held meanwhile by its last bits; 1; and bounds beyond
 * which e^x is 0, infinite, or nothing beside 1; and the sign alone. All are read from memory: as constants they would be
 * composed anew at each use. For the same reason -|x| is x with the sign set, and bounds are those of `pmin` and `pmax`,
 * one instruction where `min` and `max` are eight: NaN, which compares to nothing, passes them.
 */
const numbers: usize = memory.data<f32>([
  0.693359375, -2.12194440054690583e-4, 1.44269504088896341, 0.4999999403953552, 0.1666651964187622,
  0.04166839271783829, 0.008368780836462975, 0.001381446490995586, 12582912, 1, -105, 90, -40, -0.0,
])

// @ts-ignore: decorator
@inline
function number(index: i32): v128 {
  return v128.load32_splat(numbers + ((<usize>index) << 2))
}

// @ts-ignore: decorator
@inline
function turns(x: v128): v128 {
  return madd(x, number(2), number(8))
}

/** e^r - 1 for the r that x leaves after n turns. */
// @ts-ignore: decorator
@inline
function rest(x: v128, n: v128): v128 {
  const r = nmadd(n, number(1), nmadd(n, number(0), x))
  let p = madd(number(7), r, number(6))
  p = madd(p, r, number(5))
  p = madd(p, r, number(4))
  p = madd(p, r, number(3))
  return madd(f32x4.mul(r, r), p, r)
}

/** 2^n for whole n from -126 to 127: n in the place of 1's exponent. */
// @ts-ignore: decorator
@inline
function power(n: v128): v128 {
  return i32x4.add(i32x4.shl(n, 23), number(9))
}

/** e^x: 0 below -104, infinite above 88.73, and NaN where x is. */
// @ts-ignore: decorator
@inline
export function exp4(x: v128): v128 {
  const bounded = f32x4.pmin(f32x4.pmax(x, number(10)), number(11))
  const turned = turns(bounded)
  const whole = i32x4.sub(turned, number(8))
  // In two steps: 2^n itself may be beyond what a number can hold, or below its smallest.
  const half = i32x4.shr_s(whole, 1)
  const value = f32x4.add(rest(bounded, f32x4.sub(turned, number(8))), number(9))
  return f32x4.mul(f32x4.mul(value, power(half)), power(i32x4.sub(whole, half)))
}

/** e^x - 1, with all its digits near 0. */
// @ts-ignore: decorator
@inline
export function expMinusOne4(x: v128): v128 {
  const bounded = f32x4.pmin(f32x4.pmax(x, number(12)), number(11))
  const turned = turns(bounded)
  const whole = i32x4.sub(turned, number(8))
  const half = i32x4.shr_s(whole, 1)
  const other = i32x4.sub(whole, half)
  const q = rest(bounded, f32x4.sub(turned, number(8)))
  const low = power(half)
  // 2^n·q + 2^n - 1, the second step of 2^n put outside.
  const inner = madd(q, low, f32x4.sub(low, power(i32x4.neg(other))))
  return f32x4.mul(inner, power(other))
}

/** 1 / (1 + e^-x), of e^-|x|: nothing overflows, and the small side keeps its digits. */
// @ts-ignore: decorator
@inline
export function sigmoid4(x: v128): v128 {
  const below = v128.or(x, number(13))
  const e = exp4(below)
  const one = number(9)
  // The greater of the two for x above 0; NaN, which compares to nothing, comes from e.
  const above = f32x4.gt(x, below)
  return f32x4.div(v128.bitselect(one, e, above), f32x4.add(one, e))
}

/** -(e^-2|x| - 1) / (e^-2|x| + 1), with the sign of x. */
// @ts-ignore: decorator
@inline
export function tanh4(x: v128): v128 {
  const below = v128.or(x, number(13))
  const e = expMinusOne4(f32x4.add(below, below))
  const one = number(9)
  // x and -|x| differ in the sign alone, where x has none.
  return v128.xor(f32x4.div(e, f32x4.add(e, f32x4.add(one, one))), v128.xor(x, below))
}
