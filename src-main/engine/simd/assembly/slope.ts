import {
  geluNewSlope4,
  geluSlope4,
  mishSlope4,
  seluSlope4,
  softsignSlope4,
  swishSlope4,
} from './activation'
import { exp4, sigmoid4 } from './exponential'
import { put, storePart } from './simd'

/*
 * Gradients of operations on one tensor: dy times the slope, which is told by `s`, the operation's input or its result;
 * p and q are what the operation took beside it.
 */

const opSigmoid: i32 = 0
const opTanh: i32 = 1
const opElu: i32 = 2
const opSelu: i32 = 3
const opSoftplus: i32 = 4
const opSwish: i32 = 5
const opMish: i32 = 6
const opGelu: i32 = 7
const opGeluNew: i32 = 8
const opSoftsign: i32 = 9
const opErf: i32 = 10
const opAbs: i32 = 11
const opSqrt: i32 = 12
const opRsqrt: i32 = 13
const opSquare: i32 = 14
const opLeaky: i32 = 15
const opThreshold: i32 = 16
const opInside: i32 = 17
const opRelu6: i32 = 18
const opHardSigmoid: i32 = 19

/** 2/√π · e^-x² */
// @ts-ignore: decorator
@inline
function erfSlope4(x: v128): v128 {
  return f32x4.mul(exp4(f32x4.neg(f32x4.mul(x, x))), f32x4.splat(1.1283791670955126))
}

/** Of clip(p·x + q, 0, 1). */
// @ts-ignore: decorator
@inline
function hardSigmoidGradient4(dy: v128, x: v128, p: v128, q: v128): v128 {
  const y = f32x4.add(f32x4.mul(x, p), q)
  const inside = v128.and(f32x4.ge(y, f32x4.splat(0)), f32x4.le(y, f32x4.splat(1)))
  return v128.and(f32x4.mul(dy, p), inside)
}

// @ts-ignore: decorator
@inline
function vector(op: i32, dy: v128, s: v128, p: v128, q: v128): v128 {
  if (op == opSigmoid) return f32x4.mul(dy, f32x4.mul(s, f32x4.sub(f32x4.splat(1), s)))
  if (op == opTanh) return f32x4.mul(dy, f32x4.sub(f32x4.splat(1), f32x4.mul(s, s)))
  if (op == opElu) return v128.bitselect(dy, f32x4.mul(dy, f32x4.add(s, f32x4.splat(1))), f32x4.ge(s, f32x4.splat(0)))
  if (op == opSelu) return f32x4.mul(dy, seluSlope4(s))
  if (op == opSoftplus) return f32x4.mul(dy, sigmoid4(s))
  if (op == opSwish) return f32x4.mul(dy, swishSlope4(s))
  if (op == opMish) return f32x4.mul(dy, mishSlope4(s))
  if (op == opGelu) return f32x4.mul(dy, geluSlope4(s))
  if (op == opGeluNew) return f32x4.mul(dy, geluNewSlope4(s))
  if (op == opSoftsign) return f32x4.mul(dy, softsignSlope4(s))
  if (op == opErf) return f32x4.mul(dy, erfSlope4(s))
  if (op == opAbs) return v128.bitselect(dy, f32x4.neg(dy), f32x4.gt(s, f32x4.splat(0)))
  if (op == opSqrt) return f32x4.div(f32x4.mul(dy, f32x4.splat(0.5)), f32x4.sqrt(s))
  if (op == opRsqrt) return f32x4.div(f32x4.mul(dy, f32x4.splat(-0.5)), f32x4.mul(s, f32x4.sqrt(s)))
  if (op == opSquare) return f32x4.mul(dy, f32x4.add(s, s))
  if (op == opLeaky) return v128.bitselect(dy, f32x4.mul(dy, p), f32x4.gt(s, f32x4.splat(0)))
  if (op == opThreshold) return v128.and(dy, f32x4.gt(s, p))
  if (op == opInside) return v128.and(dy, v128.and(f32x4.ge(s, p), f32x4.le(s, q)))
  if (op == opRelu6) return v128.and(dy, v128.and(f32x4.gt(s, p), f32x4.le(s, q)))
  return hardSigmoidGradient4(dy, s, p, q)
}

// @ts-ignore: decorator
@inline
function each(op: i32, dy: usize, s: usize, out: usize, p: f32, q: f32, from: i32, to: i32): void {
  let left = to - from
  dy += (<usize>from) << 2
  s += (<usize>from) << 2
  out += (<usize>from) << 2
  const first = f32x4.splat(p)
  const second = f32x4.splat(q)
  for (; left >= 8; left -= 8) {
    const low = vector(op, v128.load(dy), v128.load(s), first, second)
    const high = vector(op, v128.load(dy, 16), v128.load(s, 16), first, second)
    put(out, low, high)
    dy += 32
    s += 32
    out += 32
  }
  for (; left > 0; left -= 4) {
    storePart(out, vector(op, v128.load(dy), v128.load(s), first, second), left)
    dy += 16
    s += 16
    out += 16
  }
}

export function sigmoidGradient(dy: usize, s: usize, out: usize, scratch: usize, from: i32, to: i32): void {
  each(opSigmoid, dy, s, out, 0, 0, from, to)
}

export function tanhGradient(dy: usize, s: usize, out: usize, scratch: usize, from: i32, to: i32): void {
  each(opTanh, dy, s, out, 0, 0, from, to)
}

export function eluGradient(dy: usize, s: usize, out: usize, scratch: usize, from: i32, to: i32): void {
  each(opElu, dy, s, out, 0, 0, from, to)
}

export function seluGradient(dy: usize, s: usize, out: usize, scratch: usize, from: i32, to: i32): void {
  each(opSelu, dy, s, out, 0, 0, from, to)
}

export function softplusGradient(dy: usize, s: usize, out: usize, scratch: usize, from: i32, to: i32): void {
  each(opSoftplus, dy, s, out, 0, 0, from, to)
}

export function swishGradient(dy: usize, s: usize, out: usize, scratch: usize, from: i32, to: i32): void {
  each(opSwish, dy, s, out, 0, 0, from, to)
}

export function mishGradient(dy: usize, s: usize, out: usize, scratch: usize, from: i32, to: i32): void {
  each(opMish, dy, s, out, 0, 0, from, to)
}

export function geluGradient(dy: usize, s: usize, out: usize, scratch: usize, from: i32, to: i32): void {
  each(opGelu, dy, s, out, 0, 0, from, to)
}

export function geluNewGradient(dy: usize, s: usize, out: usize, scratch: usize, from: i32, to: i32): void {
  each(opGeluNew, dy, s, out, 0, 0, from, to)
}

export function softsignGradient(dy: usize, s: usize, out: usize, scratch: usize, from: i32, to: i32): void {
  each(opSoftsign, dy, s, out, 0, 0, from, to)
}

export function errorFunctionGradient(
  dy: usize,
  s: usize,
  out: usize,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  each(opErf, dy, s, out, 0, 0, from, to)
}

export function absoluteGradient(dy: usize, s: usize, out: usize, scratch: usize, from: i32, to: i32): void {
  each(opAbs, dy, s, out, 0, 0, from, to)
}

export function squareRootGradient(
  dy: usize,
  s: usize,
  out: usize,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  each(opSqrt, dy, s, out, 0, 0, from, to)
}

export function inverseRootGradient(
  dy: usize,
  s: usize,
  out: usize,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  each(opRsqrt, dy, s, out, 0, 0, from, to)
}

export function squareGradient(dy: usize, s: usize, out: usize, scratch: usize, from: i32, to: i32): void {
  each(opSquare, dy, s, out, 0, 0, from, to)
}

export function leakyReluGradient(
  dy: usize,
  s: usize,
  out: usize,
  p: f32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  each(opLeaky, dy, s, out, p, 0, from, to)
}

export function thresholdGradient(
  dy: usize,
  s: usize,
  out: usize,
  p: f32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  each(opThreshold, dy, s, out, p, 0, from, to)
}

export function clipGradient(
  dy: usize,
  s: usize,
  out: usize,
  p: f32,
  q: f32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  each(opInside, dy, s, out, p, q, from, to)
}

export function relu6Gradient(
  dy: usize,
  s: usize,
  out: usize,
  p: f32,
  q: f32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  each(opRelu6, dy, s, out, p, q, from, to)
}

export function hardSigmoidGradient(
  dy: usize,
  s: usize,
  out: usize,
  p: f32,
  q: f32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  each(opHardSigmoid, dy, s, out, p, q, from, to)
}
