import { exp4 } from './exponential'
import { sumRow } from './reduce'
import { loadUpTo, storeUpTo, sumLanes } from './simd'

/* Softmax and its logarithm along the last axis of x [rows, width], and their gradients. Items: rows. */

/** The greatest of a row; NaN where there is one. */
function greatestOf(at: usize, count: i32): f32 {
  let most = f32x4.splat(-Infinity)
  for (; count >= 4; count -= 4) {
    most = f32x4.max(most, v128.load(at))
    at += 16
  }
  let greatest = max(
    max(f32x4.extract_lane(most, 0), f32x4.extract_lane(most, 1)),
    max(f32x4.extract_lane(most, 2), f32x4.extract_lane(most, 3)),
  )
  for (; count > 0; count--) {
    greatest = max(greatest, load<f32>(at))
    at += 4
  }
  return greatest
}

/** e^(x - greatest) of a row to `out`. @returns their sum */
function exponentials(x: usize, out: usize, count: i32, greatest: f32): f64 {
  const shift = f32x4.splat(greatest)
  const start = out
  for (let left = count; left > 0; left -= 4) {
    storeUpTo(out, exp4(f32x4.sub(v128.load(x), shift)), left)
    x += 16
    out += 16
  }
  return sumRow(start, count)
}

export function softmax(x: usize, out: usize, width: i32, scratch: usize, from: i32, to: i32): void {
  const pitch = (<usize>width) << 2
  for (let row = from; row < to; row++) {
    const source = x + <usize>row * pitch
    let target = out + <usize>row * pitch
    const inverse = f32x4.splat(<f32>(1 / exponentials(source, target, width, greatestOf(source, width))))
    for (let left = width; left > 0; left -= 4) {
      storeUpTo(target, f32x4.mul(loadUpTo(target, left), inverse), left)
      target += 16
    }
  }
}

export function logSoftmax(x: usize, out: usize, width: i32, scratch: usize, from: i32, to: i32): void {
  const pitch = (<usize>width) << 2
  for (let row = from; row < to; row++) {
    let source = x + <usize>row * pitch
    let target = out + <usize>row * pitch
    const greatest = greatestOf(source, width)
    const total = f32x4.splat(<f32>Math.log(exponentials(source, target, width, greatest)))
    const shift = f32x4.splat(greatest)
    for (let left = width; left > 0; left -= 4) {
      storeUpTo(target, f32x4.sub(f32x4.sub(loadUpTo(source, left), shift), total), left)
      source += 16
      target += 16
    }
  }
}

/** Σ a·b of a row. */
function dot(a: usize, b: usize, count: i32): f32 {
  let sum = f32x4.splat(0)
  for (; count > 0; count -= 4) {
    sum = f32x4.add(sum, f32x4.mul(loadUpTo(a, count), loadUpTo(b, count)))
    a += 16
    b += 16
  }
  return sumLanes(sum)
}

/** (dy - Σ dy·y)·y, of the softmax y. */
export function softmaxGradient(
  dy: usize,
  y: usize,
  dx: usize,
  width: i32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  const pitch = (<usize>width) << 2
  for (let row = from; row < to; row++) {
    let d = dy + <usize>row * pitch
    let s = y + <usize>row * pitch
    let target = dx + <usize>row * pitch
    const mean = f32x4.splat(dot(d, s, width))
    for (let left = width; left > 0; left -= 4) {
      storeUpTo(target, f32x4.mul(f32x4.sub(v128.load(d), mean), v128.load(s)), left)
      d += 16
      s += 16
      target += 16
    }
  }
}

/** dy - Σ dy·e^y, of the logarithm y of a softmax. */
export function logSoftmaxGradient(
  dy: usize,
  y: usize,
  dx: usize,
  width: i32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  const pitch = (<usize>width) << 2
  for (let row = from; row < to; row++) {
    let d = dy + <usize>row * pitch
    let s = y + <usize>row * pitch
    let target = dx + <usize>row * pitch
    const sum = f32x4.splat(<f32>sumRow(d, width))
    for (let left = width; left > 0; left -= 4) {
      storeUpTo(target, f32x4.sub(v128.load(d), f32x4.mul(sum, exp4(v128.load(s)))), left)
      d += 16
      s += 16
      target += 16
    }
  }
}
