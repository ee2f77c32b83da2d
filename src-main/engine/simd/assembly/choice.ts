import { put, storePart } from './simd'

/* Which of two tensors of one shape a gradient belongs to, where the greater or the lesser of them was taken. */

const opAtLeast: i32 = 0
const opBelow: i32 = 1
const opAtMost: i32 = 2
const opAbove: i32 = 3

// @ts-ignore: decorator
@inline
function vector(op: i32, dy: v128, a: v128, b: v128): v128 {
  if (op == opAtLeast) return v128.and(dy, f32x4.ge(a, b))
  if (op == opBelow) return v128.and(dy, f32x4.lt(a, b))
  if (op == opAtMost) return v128.and(dy, f32x4.le(a, b))
  return v128.and(dy, f32x4.gt(a, b))
}

// @ts-ignore: decorator
@inline
function each(op: i32, dy: usize, a: usize, b: usize, out: usize, from: i32, to: i32): void {
  const start = (<usize>from) << 2
  let left = to - from
  dy += start
  a += start
  b += start
  out += start
  for (; left >= 8; left -= 8) {
    const low = vector(op, v128.load(dy), v128.load(a), v128.load(b))
    const high = vector(op, v128.load(dy, 16), v128.load(a, 16), v128.load(b, 16))
    put(out, low, high)
    dy += 32
    a += 32
    b += 32
    out += 32
  }
  for (; left > 0; left -= 4) {
    storePart(out, vector(op, v128.load(dy), v128.load(a), v128.load(b)), left)
    dy += 16
    a += 16
    b += 16
    out += 16
  }
}

export function whereAtLeast(
  dy: usize,
  a: usize,
  b: usize,
  out: usize,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  each(opAtLeast, dy, a, b, out, from, to)
}

export function whereBelow(
  dy: usize,
  a: usize,
  b: usize,
  out: usize,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  each(opBelow, dy, a, b, out, from, to)
}

export function whereAtMost(
  dy: usize,
  a: usize,
  b: usize,
  out: usize,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  each(opAtMost, dy, a, b, out, from, to)
}

export function whereAbove(
  dy: usize,
  a: usize,
  b: usize,
  out: usize,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  each(opAbove, dy, a, b, out, from, to)
}
