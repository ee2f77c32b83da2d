import { elu4, gelu4, geluNew4, mish4, selu4, softsign4, swish4 } from './activation'
import { erf4 } from './errorFunction'
import { exp4, expMinusOne4, sigmoid4, tanh4 } from './exponential'
import { log4, logPlusOne4, softplus4 } from './logarithm'
import { put, storePart } from './simd'

/* Operations on one tensor, number by number; p and q are what an operation takes beside it. */

const opRelu: i32 = 0
const opSquare: i32 = 1
const opSqrt: i32 = 2
const opRsqrt: i32 = 3
const opNeg: i32 = 4
const opAbs: i32 = 5
const opExp: i32 = 6
const opExpMinusOne: i32 = 7
const opLog: i32 = 8
const opLogPlusOne: i32 = 9
const opSigmoid: i32 = 10
const opTanh: i32 = 11
const opSoftplus: i32 = 12
const opErf: i32 = 13
const opElu: i32 = 14
const opSelu: i32 = 15
const opSwish: i32 = 16
const opMish: i32 = 17
const opGelu: i32 = 18
const opGeluNew: i32 = 19
const opSoftsign: i32 = 20
const opReciprocal: i32 = 21
const opFloor: i32 = 22
const opCeil: i32 = 23
const opRound: i32 = 24
const opClip: i32 = 25
const opLeaky: i32 = 26
const opStep: i32 = 27
const opThreshold: i32 = 28
const opHardSigmoid: i32 = 29

/** 1 above 0, p up to it, NaN where x is. */
// @ts-ignore: decorator
@inline
function stepFrom(x: v128, p: v128): v128 {
  const known = v128.bitselect(f32x4.splat(1), p, f32x4.gt(x, f32x4.splat(0)))
  return v128.bitselect(known, x, f32x4.eq(x, x))
}

// @ts-ignore: decorator
@inline
function vector(op: i32, x: v128, p: v128, q: v128): v128 {
  if (op == opRelu) return f32x4.max(x, f32x4.splat(0))
  if (op == opSquare) return f32x4.mul(x, x)
  if (op == opSqrt) return f32x4.sqrt(x)
  if (op == opRsqrt) return f32x4.div(f32x4.splat(1), f32x4.sqrt(x))
  if (op == opNeg) return f32x4.neg(x)
  if (op == opAbs) return f32x4.abs(x)
  if (op == opExp) return exp4(x)
  if (op == opExpMinusOne) return expMinusOne4(x)
  if (op == opLog) return log4(x)
  if (op == opLogPlusOne) return logPlusOne4(x)
  if (op == opSigmoid) return sigmoid4(x)
  if (op == opTanh) return tanh4(x)
  if (op == opSoftplus) return softplus4(x)
  if (op == opErf) return erf4(x)
  if (op == opElu) return elu4(x)
  if (op == opSelu) return selu4(x)
  if (op == opSwish) return swish4(x)
  if (op == opMish) return mish4(x)
  if (op == opGelu) return gelu4(x)
  if (op == opGeluNew) return geluNew4(x)
  if (op == opSoftsign) return softsign4(x)
  if (op == opReciprocal) return f32x4.div(f32x4.splat(1), x)
  if (op == opFloor) return f32x4.floor(x)
  if (op == opCeil) return f32x4.ceil(x)
  if (op == opRound) return f32x4.nearest(x)
  if (op == opClip) return f32x4.min(f32x4.max(x, p), q)
  if (op == opLeaky) return v128.bitselect(f32x4.mul(x, p), x, f32x4.lt(x, f32x4.splat(0)))
  if (op == opStep) return stepFrom(x, p)
  if (op == opThreshold) return f32x4.mul(x, v128.and(f32x4.gt(x, p), f32x4.splat(1)))
  return f32x4.min(f32x4.max(f32x4.add(f32x4.mul(x, p), q), f32x4.splat(0)), f32x4.splat(1))
}

/** What lies beyond the last number is read and computed as well, as the heap allows, but not stored. */
// @ts-ignore: decorator
@inline
function each(op: i32, x: usize, out: usize, p: f32, q: f32, from: i32, to: i32): void {
  let left = to - from
  x += (<usize>from) << 2
  out += (<usize>from) << 2
  const first = f32x4.splat(p)
  const second = f32x4.splat(q)
  for (; left >= 8; left -= 8) {
    const low = vector(op, v128.load(x), first, second)
    const high = vector(op, v128.load(x, 16), first, second)
    put(out, low, high)
    x += 32
    out += 32
  }
  for (; left > 0; left -= 4) {
    storePart(out, vector(op, v128.load(x), first, second), left)
    x += 16
    out += 16
  }
}

export function relu(x: usize, out: usize, scratch: usize, from: i32, to: i32): void {
  each(opRelu, x, out, 0, 0, from, to)
}

export function square(x: usize, out: usize, scratch: usize, from: i32, to: i32): void {
  each(opSquare, x, out, 0, 0, from, to)
}

export function squareRoot(x: usize, out: usize, scratch: usize, from: i32, to: i32): void {
  each(opSqrt, x, out, 0, 0, from, to)
}

export function inverseRoot(x: usize, out: usize, scratch: usize, from: i32, to: i32): void {
  each(opRsqrt, x, out, 0, 0, from, to)
}

export function negate(x: usize, out: usize, scratch: usize, from: i32, to: i32): void {
  each(opNeg, x, out, 0, 0, from, to)
}

export function absolute(x: usize, out: usize, scratch: usize, from: i32, to: i32): void {
  each(opAbs, x, out, 0, 0, from, to)
}

export function exponential(x: usize, out: usize, scratch: usize, from: i32, to: i32): void {
  each(opExp, x, out, 0, 0, from, to)
}

export function exponentialMinusOne(x: usize, out: usize, scratch: usize, from: i32, to: i32): void {
  each(opExpMinusOne, x, out, 0, 0, from, to)
}

export function logarithm(x: usize, out: usize, scratch: usize, from: i32, to: i32): void {
  each(opLog, x, out, 0, 0, from, to)
}

export function logarithmPlusOne(x: usize, out: usize, scratch: usize, from: i32, to: i32): void {
  each(opLogPlusOne, x, out, 0, 0, from, to)
}

export function sigmoid(x: usize, out: usize, scratch: usize, from: i32, to: i32): void {
  each(opSigmoid, x, out, 0, 0, from, to)
}

export function tanh(x: usize, out: usize, scratch: usize, from: i32, to: i32): void {
  each(opTanh, x, out, 0, 0, from, to)
}

export function softplus(x: usize, out: usize, scratch: usize, from: i32, to: i32): void {
  each(opSoftplus, x, out, 0, 0, from, to)
}

export function errorFunction(x: usize, out: usize, scratch: usize, from: i32, to: i32): void {
  each(opErf, x, out, 0, 0, from, to)
}

export function elu(x: usize, out: usize, scratch: usize, from: i32, to: i32): void {
  each(opElu, x, out, 0, 0, from, to)
}

export function selu(x: usize, out: usize, scratch: usize, from: i32, to: i32): void {
  each(opSelu, x, out, 0, 0, from, to)
}

export function swish(x: usize, out: usize, scratch: usize, from: i32, to: i32): void {
  each(opSwish, x, out, 0, 0, from, to)
}

export function mish(x: usize, out: usize, scratch: usize, from: i32, to: i32): void {
  each(opMish, x, out, 0, 0, from, to)
}

export function gelu(x: usize, out: usize, scratch: usize, from: i32, to: i32): void {
  each(opGelu, x, out, 0, 0, from, to)
}

export function geluNew(x: usize, out: usize, scratch: usize, from: i32, to: i32): void {
  each(opGeluNew, x, out, 0, 0, from, to)
}

export function softsign(x: usize, out: usize, scratch: usize, from: i32, to: i32): void {
  each(opSoftsign, x, out, 0, 0, from, to)
}

export function reciprocal(x: usize, out: usize, scratch: usize, from: i32, to: i32): void {
  each(opReciprocal, x, out, 0, 0, from, to)
}

export function floor(x: usize, out: usize, scratch: usize, from: i32, to: i32): void {
  each(opFloor, x, out, 0, 0, from, to)
}

export function ceiling(x: usize, out: usize, scratch: usize, from: i32, to: i32): void {
  each(opCeil, x, out, 0, 0, from, to)
}

export function round(x: usize, out: usize, scratch: usize, from: i32, to: i32): void {
  each(opRound, x, out, 0, 0, from, to)
}

export function clip(x: usize, out: usize, p: f32, q: f32, scratch: usize, from: i32, to: i32): void {
  each(opClip, x, out, p, q, from, to)
}

export function leakyRelu(x: usize, out: usize, p: f32, scratch: usize, from: i32, to: i32): void {
  each(opLeaky, x, out, p, 0, from, to)
}

export function step(x: usize, out: usize, p: f32, scratch: usize, from: i32, to: i32): void {
  each(opStep, x, out, p, 0, from, to)
}

export function threshold(x: usize, out: usize, p: f32, scratch: usize, from: i32, to: i32): void {
  each(opThreshold, x, out, p, 0, from, to)
}

export function hardSigmoid(x: usize, out: usize, p: f32, q: f32, scratch: usize, from: i32, to: i32): void {
  each(opHardSigmoid, x, out, p, q, from, to)
}

export function fill(out: usize, value: f32, scratch: usize, from: i32, to: i32): void {
  if (reinterpret<u32>(value) == 0) {
    memory.fill(out + ((<usize>from) << 2), 0, (<usize>(to - from)) << 2)
    return
  }
  for (let at = out + ((<usize>from) << 2); at < out + ((<usize>to) << 2); at += 4) store<f32>(at, value)
}
