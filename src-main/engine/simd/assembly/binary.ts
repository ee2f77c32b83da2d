import { put } from './simd'
import { compared, comparedSingle, firstComparison, opAbove, opAtLeast, opEqual, opUnequal } from './truth'

/* Operations on two tensors, number by number. */

const opAdd: i32 = 0
const opSub: i32 = 1
const opMul: i32 = 2
const opDiv: i32 = 3
const opMax: i32 = 4
const opMin: i32 = 5
/** b where a is above 0: the gradient of a ReLU whose output is a. */
const opGate: i32 = 6
const opSquaredDifference: i32 = 7
const opPower: i32 = 8
/** a, or b·a below 0: a PReLU of a. */
const opPrelu: i32 = 9
/** Its slope at a. */
const opPreluSlope: i32 = 10
/** a·b where a is not above 0: what b, a gradient, adds to that of the PReLU's own weight. */
const opPreluWeight: i32 = 11

/** In float64, number by number: a power magnifies what its logarithm has lost. */
function powers(a: v128, b: v128): v128 {
  let out = f32x4.splat(<f32>Math.pow(f32x4.extract_lane(a, 0), f32x4.extract_lane(b, 0)))
  out = f32x4.replace_lane(out, 1, <f32>Math.pow(f32x4.extract_lane(a, 1), f32x4.extract_lane(b, 1)))
  out = f32x4.replace_lane(out, 2, <f32>Math.pow(f32x4.extract_lane(a, 2), f32x4.extract_lane(b, 2)))
  return f32x4.replace_lane(out, 3, <f32>Math.pow(f32x4.extract_lane(a, 3), f32x4.extract_lane(b, 3)))
}

// @ts-ignore: decorator
@inline
function vector(op: i32, a: v128, b: v128): v128 {
  if (op >= firstComparison) return compared(op, a, b)
  if (op == opAdd) return f32x4.add(a, b)
  if (op == opSub) return f32x4.sub(a, b)
  if (op == opMul) return f32x4.mul(a, b)
  if (op == opDiv) return f32x4.div(a, b)
  if (op == opMax) return f32x4.max(a, b)
  if (op == opMin) return f32x4.min(a, b)
  if (op == opGate) return v128.and(f32x4.gt(a, f32x4.splat(0)), b)
  if (op == opPower) return powers(a, b)
  if (op == opPrelu) return v128.bitselect(f32x4.mul(a, b), a, f32x4.lt(a, f32x4.splat(0)))
  if (op == opPreluSlope) return v128.bitselect(f32x4.splat(1), b, f32x4.gt(a, f32x4.splat(0)))
  if (op == opPreluWeight) return v128.andnot(f32x4.mul(a, b), f32x4.gt(a, f32x4.splat(0)))
  return f32x4.mul(f32x4.sub(a, b), f32x4.sub(a, b))
}

// @ts-ignore: decorator
@inline
function single(op: i32, a: f32, b: f32): f32 {
  if (op >= firstComparison) return comparedSingle(op, a, b)
  if (op == opAdd) return a + b
  if (op == opSub) return a - b
  if (op == opMul) return a * b
  if (op == opDiv) return a / b
  if (op == opMax) return max(a, b)
  if (op == opMin) return min(a, b)
  if (op == opGate) return a > 0 ? b : 0
  if (op == opPower) return <f32>Math.pow(a, b)
  if (op == opPrelu) return a < 0 ? a * b : a
  if (op == opPreluSlope) return a > 0 ? 1 : b
  if (op == opPreluWeight) return a > 0 ? 0 : a * b
  return (a - b) * (a - b)
}

/** One row; aStep and bStep are 1, or 0 where one number stands for the whole row. */
// @ts-ignore: decorator
@inline
function row(op: i32, a: usize, b: usize, out: usize, count: i32, aStep: i32, bStep: i32): void {
  let i = 0
  if (aStep == 1 && bStep == 1) {
    for (; i + 8 <= count; i += 8) {
      const low = vector(op, v128.load(a), v128.load(b))
      const high = vector(op, v128.load(a, 16), v128.load(b, 16))
      put(out, low, high)
      a += 32
      b += 32
      out += 32
    }
  } else if (aStep == 1) {
    const value = v128.load32_splat(b)
    for (; i + 4 <= count; i += 4) {
      v128.store(out, vector(op, v128.load(a), value))
      a += 16
      out += 16
    }
  } else if (bStep == 1) {
    const value = v128.load32_splat(a)
    for (; i + 4 <= count; i += 4) {
      v128.store(out, vector(op, value, v128.load(b)))
      b += 16
      out += 16
    }
  }
  for (; i < count; i++) {
    store<f32>(out, single(op, load<f32>(a), load<f32>(b)))
    a += (<usize>aStep) << 2
    b += (<usize>bStep) << 2
    out += 4
  }
}

/**
 * Rows of `count` numbers in a block of [d0, d1, d2] rows; the strides of a and b are in bytes, 0 along axes they do
 * not have. Items: rows; or, where there is one row only, its numbers.
 */
// @ts-ignore: decorator
@inline
function binary(
  op: i32,
  a: usize,
  b: usize,
  out: usize,
  d1: i32,
  d2: i32,
  count: i32,
  a0: i32,
  a1: i32,
  a2: i32,
  aStep: i32,
  b0: i32,
  b1: i32,
  b2: i32,
  bStep: i32,
  from: i32,
  to: i32,
): void {
  if (count == 0) {
    const start = (<usize>from) << 2
    row(op, a + start * <usize>aStep, b + start * <usize>bStep, out + start, to - from, aStep, bStep)
    return
  }
  for (let item = from; item < to; item++) {
    const i2 = item % d2
    const rest = item / d2
    const i1 = rest % d1
    const i0 = rest / d1
    row(
      op,
      a + <usize>(i0 * a0 + i1 * a1 + i2 * a2),
      b + <usize>(i0 * b0 + i1 * b1 + i2 * b2),
      out + (<usize>item * <usize>count << 2),
      count,
      aStep,
      bStep,
    )
  }
}

export function add(
  a: usize,
  b: usize,
  out: usize,
  d1: i32,
  d2: i32,
  count: i32,
  a0: i32,
  a1: i32,
  a2: i32,
  aStep: i32,
  b0: i32,
  b1: i32,
  b2: i32,
  bStep: i32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  binary(opAdd, a, b, out, d1, d2, count, a0, a1, a2, aStep, b0, b1, b2, bStep, from, to)
}

export function subtract(
  a: usize,
  b: usize,
  out: usize,
  d1: i32,
  d2: i32,
  count: i32,
  a0: i32,
  a1: i32,
  a2: i32,
  aStep: i32,
  b0: i32,
  b1: i32,
  b2: i32,
  bStep: i32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  binary(opSub, a, b, out, d1, d2, count, a0, a1, a2, aStep, b0, b1, b2, bStep, from, to)
}

export function times(
  a: usize,
  b: usize,
  out: usize,
  d1: i32,
  d2: i32,
  count: i32,
  a0: i32,
  a1: i32,
  a2: i32,
  aStep: i32,
  b0: i32,
  b1: i32,
  b2: i32,
  bStep: i32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  binary(opMul, a, b, out, d1, d2, count, a0, a1, a2, aStep, b0, b1, b2, bStep, from, to)
}

export function divide(
  a: usize,
  b: usize,
  out: usize,
  d1: i32,
  d2: i32,
  count: i32,
  a0: i32,
  a1: i32,
  a2: i32,
  aStep: i32,
  b0: i32,
  b1: i32,
  b2: i32,
  bStep: i32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  binary(opDiv, a, b, out, d1, d2, count, a0, a1, a2, aStep, b0, b1, b2, bStep, from, to)
}

export function greater(
  a: usize,
  b: usize,
  out: usize,
  d1: i32,
  d2: i32,
  count: i32,
  a0: i32,
  a1: i32,
  a2: i32,
  aStep: i32,
  b0: i32,
  b1: i32,
  b2: i32,
  bStep: i32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  binary(opMax, a, b, out, d1, d2, count, a0, a1, a2, aStep, b0, b1, b2, bStep, from, to)
}

export function lesser(
  a: usize,
  b: usize,
  out: usize,
  d1: i32,
  d2: i32,
  count: i32,
  a0: i32,
  a1: i32,
  a2: i32,
  aStep: i32,
  b0: i32,
  b1: i32,
  b2: i32,
  bStep: i32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  binary(opMin, a, b, out, d1, d2, count, a0, a1, a2, aStep, b0, b1, b2, bStep, from, to)
}

export function gate(
  a: usize,
  b: usize,
  out: usize,
  d1: i32,
  d2: i32,
  count: i32,
  a0: i32,
  a1: i32,
  a2: i32,
  aStep: i32,
  b0: i32,
  b1: i32,
  b2: i32,
  bStep: i32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  binary(opGate, a, b, out, d1, d2, count, a0, a1, a2, aStep, b0, b1, b2, bStep, from, to)
}

export function squaredDifference(
  a: usize,
  b: usize,
  out: usize,
  d1: i32,
  d2: i32,
  count: i32,
  a0: i32,
  a1: i32,
  a2: i32,
  aStep: i32,
  b0: i32,
  b1: i32,
  b2: i32,
  bStep: i32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  binary(opSquaredDifference, a, b, out, d1, d2, count, a0, a1, a2, aStep, b0, b1, b2, bStep, from, to)
}


export function power(
  a: usize,
  b: usize,
  out: usize,
  d1: i32,
  d2: i32,
  count: i32,
  a0: i32,
  a1: i32,
  a2: i32,
  aStep: i32,
  b0: i32,
  b1: i32,
  b2: i32,
  bStep: i32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  binary(opPower, a, b, out, d1, d2, count, a0, a1, a2, aStep, b0, b1, b2, bStep, from, to)
}


export function prelu(
  a: usize,
  b: usize,
  out: usize,
  d1: i32,
  d2: i32,
  count: i32,
  a0: i32,
  a1: i32,
  a2: i32,
  aStep: i32,
  b0: i32,
  b1: i32,
  b2: i32,
  bStep: i32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  binary(opPrelu, a, b, out, d1, d2, count, a0, a1, a2, aStep, b0, b1, b2, bStep, from, to)
}


export function preluSlope(
  a: usize,
  b: usize,
  out: usize,
  d1: i32,
  d2: i32,
  count: i32,
  a0: i32,
  a1: i32,
  a2: i32,
  aStep: i32,
  b0: i32,
  b1: i32,
  b2: i32,
  bStep: i32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  binary(opPreluSlope, a, b, out, d1, d2, count, a0, a1, a2, aStep, b0, b1, b2, bStep, from, to)
}


export function preluWeight(
  a: usize,
  b: usize,
  out: usize,
  d1: i32,
  d2: i32,
  count: i32,
  a0: i32,
  a1: i32,
  a2: i32,
  aStep: i32,
  b0: i32,
  b1: i32,
  b2: i32,
  bStep: i32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  binary(opPreluWeight, a, b, out, d1, d2, count, a0, a1, a2, aStep, b0, b1, b2, bStep, from, to)
}

/** Truth values of a comparison. @param op of truth.ts */
export function compare(
  a: usize,
  b: usize,
  out: usize,
  d1: i32,
  d2: i32,
  count: i32,
  a0: i32,
  a1: i32,
  a2: i32,
  aStep: i32,
  b0: i32,
  b1: i32,
  b2: i32,
  bStep: i32,
  op: i32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  if (op == opEqual) binary(opEqual, a, b, out, d1, d2, count, a0, a1, a2, aStep, b0, b1, b2, bStep, from, to)
  else if (op == opUnequal)
    binary(opUnequal, a, b, out, d1, d2, count, a0, a1, a2, aStep, b0, b1, b2, bStep, from, to)
  else if (op == opAbove) binary(opAbove, a, b, out, d1, d2, count, a0, a1, a2, aStep, b0, b1, b2, bStep, from, to)
  else if (op == opAtLeast)
    binary(opAtLeast, a, b, out, d1, d2, count, a0, a1, a2, aStep, b0, b1, b2, bStep, from, to)
  else binary(op, a, b, out, d1, d2, count, a0, a1, a2, aStep, b0, b1, b2, bStep, from, to)
}
