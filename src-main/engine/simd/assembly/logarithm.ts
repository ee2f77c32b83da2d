import { exp4 } from './exponential'
import { madd } from './simd'

/*
 * Natural logarithms, four numbers at a time. With s = (m - 1) / (m + 1), ln m = 2s + s³·P(s²); P is fitted here, for
 * m from √½ to √2 to a relative error of 5e-12, and for m from 1 to 2 (the logarithm of 1 + e) of 1e-10.
 */

/** ln 2 in two parts; P for √½ to √2; P for 1 to 2; 1; 0. */
const numbers: usize = memory.data<f32>([
  0.693359375, -2.12194440054690583e-4, 0.6666666269302368, 0.4000033736228943, 0.28537169098854065,
  0.23584990203380585, 0.6666667461395264, 0.39998874068260193, 0.2861703634262085, 0.21425850689411163,
  0.24308325350284576, 1, 0,
])

// @ts-ignore: decorator
@inline
function number(index: i32): v128 {
  return v128.load32_splat(numbers + ((<usize>index) << 2))
}

/** -∞ at 0, NaN below it. */
// @ts-ignore: decorator
@inline
export function log4(x: v128): v128 {
  const one = f32x4.splat(1)
  const tiny = f32x4.lt(x, f32x4.splat(1.17549435e-38))
  const large = f32x4.mul(x, v128.bitselect(f32x4.splat(8388608), one, tiny))
  // The exponent of the power of two next to x: m is between √½ and √2.
  const offset = i32x4.sub(large, i32x4.splat(0x3f3504f3))
  const exponent = i32x4.sub(i32x4.shr_s(offset, 23), v128.and(tiny, i32x4.splat(23)))
  const m = i32x4.add(v128.and(offset, i32x4.splat(0x007fffff)), i32x4.splat(0x3f3504f3))
  const s = f32x4.div(f32x4.sub(m, one), f32x4.add(m, one))
  const z = f32x4.mul(s, s)
  let p = madd(number(5), z, number(4))
  p = madd(p, z, number(3))
  p = madd(p, z, number(2))
  const small = madd(f32x4.mul(s, z), p, f32x4.add(s, s))
  const n = f32x4.convert_i32x4_s(exponent)
  const value = madd(n, number(0), madd(n, number(1), small))
  // What has no logarithm, or is its own: x - x is NaN for both infinities, x/0 keeps the sign.
  const finite = v128.and(f32x4.gt(x, f32x4.splat(0)), f32x4.lt(x, f32x4.splat(Infinity)))
  const zero = f32x4.eq(x, f32x4.splat(0))
  const positive = f32x4.gt(x, f32x4.splat(0))
  const other = v128.bitselect(
    f32x4.splat(-Infinity),
    v128.bitselect(x, f32x4.splat(NaN), positive),
    zero,
  )
  return v128.bitselect(value, other, finite)
}

/** ln(1 + x), with all its digits near 0: what 1 + x rounds off comes back as a correction. */
// @ts-ignore: decorator
@inline
export function logPlusOne4(x: v128): v128 {
  const one = f32x4.splat(1)
  const u = f32x4.add(x, one)
  const correction = f32x4.div(f32x4.sub(x, f32x4.sub(u, one)), u)
  const plain = log4(u)
  const inside = v128.and(f32x4.gt(u, f32x4.splat(0)), f32x4.lt(u, f32x4.splat(Infinity)))
  return v128.bitselect(f32x4.add(plain, correction), plain, inside)
}

/** ln(1 + e^x) = max(x, 0) + ln(1 + e^-|x|). */
// @ts-ignore: decorator
@inline
export function softplus4(x: v128): v128 {
  const size = f32x4.abs(x)
  const e = exp4(f32x4.neg(size))
  const one = number(11)
  const s = f32x4.div(e, f32x4.add(e, f32x4.add(one, one)))
  const z = f32x4.mul(s, s)
  let p = madd(number(10), z, number(9))
  p = madd(p, z, number(8))
  p = madd(p, z, number(7))
  p = madd(p, z, number(6))
  const tail = madd(f32x4.mul(s, z), p, f32x4.add(s, s))
  return f32x4.add(f32x4.max(x, number(12)), tail)
}
