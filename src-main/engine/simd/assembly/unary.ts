import { put } from './simd'

/* Operations on one tensor, number by number. */

const opRelu: i32 = 0
const opSquare: i32 = 1
const opSqrt: i32 = 2
const opRsqrt: i32 = 3
const opNeg: i32 = 4

// @ts-ignore: decorator
@inline
function vector(op: i32, x: v128): v128 {
  if (op == opRelu) return f32x4.max(x, f32x4.splat(0))
  if (op == opSquare) return f32x4.mul(x, x)
  if (op == opSqrt) return f32x4.sqrt(x)
  if (op == opRsqrt) return f32x4.div(f32x4.splat(1), f32x4.sqrt(x))
  return f32x4.neg(x)
}

// @ts-ignore: decorator
@inline
function each(op: i32, x: usize, out: usize, from: i32, to: i32): void {
  const count = to - from
  x += (<usize>from) << 2
  out += (<usize>from) << 2
  let i = 0
  for (; i + 8 <= count; i += 8) {
    const low = vector(op, v128.load(x))
    const high = vector(op, v128.load(x, 16))
    put(out, low, high)
    x += 32
    out += 32
  }
  for (; i + 4 <= count; i += 4) {
    v128.store(out, vector(op, v128.load(x)))
    x += 16
    out += 16
  }
  for (; i < count; i++) {
    store<f32>(out, f32x4.extract_lane(vector(op, v128.load32_zero(x)), 0))
    x += 4
    out += 4
  }
}

export function relu(x: usize, out: usize, scratch: usize, from: i32, to: i32): void {
  each(opRelu, x, out, from, to)
}

export function square(x: usize, out: usize, scratch: usize, from: i32, to: i32): void {
  each(opSquare, x, out, from, to)
}

export function squareRoot(x: usize, out: usize, scratch: usize, from: i32, to: i32): void {
  each(opSqrt, x, out, from, to)
}

export function inverseRoot(x: usize, out: usize, scratch: usize, from: i32, to: i32): void {
  each(opRsqrt, x, out, from, to)
}

export function negate(x: usize, out: usize, scratch: usize, from: i32, to: i32): void {
  each(opNeg, x, out, from, to)
}

export function fill(out: usize, value: f32, scratch: usize, from: i32, to: i32): void {
  if (reinterpret<u32>(value) == 0) {
    memory.fill(out + ((<usize>from) << 2), 0, (<usize>(to - from)) << 2)
    return
  }
  for (let at = out + ((<usize>from) << 2); at < out + ((<usize>to) << 2); at += 4) store<f32>(at, value)
}
