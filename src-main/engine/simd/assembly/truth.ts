import { storePart } from './simd'

/*
 * Truth values are whole numbers of four bytes, 0 or 1: what moves numbers moves them too. Their bits read as float32 are
 * in the same order, so the greater of two is "or", the lesser is "and".
 */

/** Operations on two tensors from here on are comparisons. */
export const firstComparison: i32 = 16
export const opEqual: i32 = 16
export const opUnequal: i32 = 17
export const opAbove: i32 = 18
export const opAtLeast: i32 = 19
/** Of whole numbers: the same four. */
const firstWhole: i32 = 20
const opWholeEqual: i32 = 20
const opWholeUnequal: i32 = 21
const opWholeAbove: i32 = 22

// @ts-ignore: decorator
@inline
export function compared(op: i32, a: v128, b: v128): v128 {
  return v128.and(meets(op, a, b), i32x4.splat(1))
}

// @ts-ignore: decorator
@inline
function meets(op: i32, a: v128, b: v128): v128 {
  if (op == opEqual) return f32x4.eq(a, b)
  if (op == opUnequal) return f32x4.ne(a, b)
  if (op == opAbove) return f32x4.gt(a, b)
  if (op == opAtLeast) return f32x4.ge(a, b)
  if (op == opWholeEqual) return i32x4.eq(a, b)
  if (op == opWholeUnequal) return i32x4.ne(a, b)
  if (op == opWholeAbove) return i32x4.gt_s(a, b)
  return i32x4.ge_s(a, b)
}

/** Of one number each; all are given as the float32 of their bits. */
// @ts-ignore: decorator
@inline
export function comparedSingle(op: i32, a: f32, b: f32): f32 {
  if (op < firstWhole) return truth(op == opEqual ? a == b : op == opUnequal ? a != b : op == opAbove ? a > b : a >= b)
  const x = reinterpret<i32>(a)
  const y = reinterpret<i32>(b)
  return truth(op == opWholeEqual ? x == y : op == opWholeUnequal ? x != y : op == opWholeAbove ? x > y : x >= y)
}

// @ts-ignore: decorator
@inline
function truth(holds: bool): f32 {
  return reinterpret<f32>(<i32>holds)
}

/** Whether each number is not 0, or is: 0 for float32, 1 for whole numbers, 2 for whole numbers that are 0. */
export function truthOf(x: usize, out: usize, kind: i32, scratch: usize, from: i32, to: i32): void {
  x += (<usize>from) << 2
  out += (<usize>from) << 2
  for (let left = to - from; left > 0; left -= 4) {
    const value = v128.load(x)
    const zero = i32x4.splat(0)
    let holds = kind == 0 ? f32x4.ne(value, zero) : i32x4.ne(value, zero)
    if (kind == 2) holds = v128.not(holds)
    storePart(out, v128.and(holds, i32x4.splat(1)), left)
    x += 16
    out += 16
  }
}

/** a where the condition holds, b elsewhere; all of one shape. */
export function choose(
  condition: usize,
  a: usize,
  b: usize,
  out: usize,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  for (let i = from; i < to; i += 4) {
    const at = (<usize>i) << 2
    const holds = i32x4.ne(v128.load(condition + at), i32x4.splat(0))
    storePart(out + at, v128.bitselect(v128.load(a + at), v128.load(b + at), holds), to - i)
  }
}
