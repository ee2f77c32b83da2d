import { exp4 } from './exponential'
import { madd } from './simd'

/*
 * erf, four numbers at a time: x + x·P(x²) up to 0.93, and 1 - e^Q(|x|) beyond; both fitted here, to relative errors of
 * 2e-8 and 1.5e-9.
 */

/** P; Q; where the one gives way to the other; beyond 4 erf is 1 to float32's last digit, and Q is not fitted; 1. */
const numbers: usize = memory.data<f32>([
  0.12837913632392883, -0.37612447142601013, 0.11281320452690125, -0.026748863980174065, 0.004967506043612957,
  -0.0005862079560756683, -0.00021130403911229223, -1.1276112794876099, -0.637290358543396, -0.10383696854114532,
  0.022181419655680656, -0.003031828673556447, 0.00019477865134831518, 0.93, 4, 1,
])

// @ts-ignore: decorator
@inline
function number(index: i32): v128 {
  return v128.load32_splat(numbers + ((<usize>index) << 2))
}

// @ts-ignore: decorator
@inline
export function erf4(x: v128): v128 {
  const size = f32x4.abs(x)
  const z = f32x4.mul(x, x)
  let p = madd(number(5), z, number(4))
  p = madd(p, z, number(3))
  p = madd(p, z, number(2))
  p = madd(p, z, number(1))
  p = madd(p, z, number(0))
  const near = madd(x, p, x)
  const t = f32x4.min(size, number(14))
  let q = madd(number(12), t, number(11))
  q = madd(q, t, number(10))
  q = madd(q, t, number(9))
  q = madd(q, t, number(8))
  q = madd(q, t, number(7))
  q = madd(q, t, number(6))
  // x and its size differ in the sign alone.
  const far = v128.xor(f32x4.sub(number(15), exp4(q)), v128.xor(x, size))
  return v128.bitselect(far, near, f32x4.gt(size, number(13)))
}
