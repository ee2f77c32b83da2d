import { madd, put } from './simd'

/*
 * Batch normalisation over the rows of x [rows, channels], forward. Each group of rows gives its own moments; they are
 * joined in float64 in the order of the groups, so that the result does not depend on who computed which.
 *
 * Sixteen channels are taken at a time, a line of the cache, all rows of an item after each other; what is left in fours
 * and ones.
 */

/**
 * Mean and sum of squared deviations from it, per channel, of each group of rows, to `partial` [groups, 2, channels].
 * Two passes over a group that stays in the cache lose no digits to a mean far from zero. Items: groups.
 */
export function normMoments(
  x: usize,
  partial: usize,
  rows: i32,
  group: i32,
  channels: i32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  const pitch = (<usize>channels) << 2
  for (let item = from; item < to; item++) {
    const first = item * group
    const count = min(group, rows - first)
    const start = x + <usize>first * pitch
    const means = partial + <usize>item * 2 * pitch
    let c = 0
    for (; c + 16 <= channels; c += 16) {
      const offset = (<usize>c) << 2
      momentsOfSixteen(start + offset, pitch, count, means + offset)
    }
    for (; c + 4 <= channels; c += 4) {
      const offset = (<usize>c) << 2
      momentsOfFour(start + offset, pitch, count, means + offset)
    }
    for (; c < channels; c++) {
      const offset = (<usize>c) << 2
      momentsOfOne(start + offset, pitch, count, means + offset)
    }
  }
}

function momentsOfSixteen(start: usize, pitch: usize, count: i32, means: usize): void {
  const inverse = f32x4.splat(<f32>1 / <f32>count)
  const zero = f32x4.splat(0)
  let s0 = zero
  let s1 = zero
  let s2 = zero
  let s3 = zero
  let at = start
  for (let i = count; i > 0; i--) {
    s0 = f32x4.add(s0, v128.load(at))
    s1 = f32x4.add(s1, v128.load(at, 16))
    s2 = f32x4.add(s2, v128.load(at, 32))
    s3 = f32x4.add(s3, v128.load(at, 48))
    at += pitch
  }
  const m0 = f32x4.mul(s0, inverse)
  const m1 = f32x4.mul(s1, inverse)
  const m2 = f32x4.mul(s2, inverse)
  const m3 = f32x4.mul(s3, inverse)
  put(means, m0, m1)
  put(means + 32, m2, m3)
  const none = f32x4.splat(0)
  let q0 = none
  let q1 = none
  let q2 = none
  let q3 = none
  at = start
  for (let i = count; i > 0; i--) {
    const d0 = f32x4.sub(v128.load(at), m0)
    const d1 = f32x4.sub(v128.load(at, 16), m1)
    const d2 = f32x4.sub(v128.load(at, 32), m2)
    const d3 = f32x4.sub(v128.load(at, 48), m3)
    q0 = madd(d0, d0, q0)
    q1 = madd(d1, d1, q1)
    q2 = madd(d2, d2, q2)
    q3 = madd(d3, d3, q3)
    at += pitch
  }
  put(means + pitch, q0, q1)
  put(means + pitch + 32, q2, q3)
}

function momentsOfFour(start: usize, pitch: usize, count: i32, means: usize): void {
  let sum = f32x4.splat(0)
  let at = start
  for (let i = count; i > 0; i--) {
    sum = f32x4.add(sum, v128.load(at))
    at += pitch
  }
  const mean = f32x4.mul(sum, f32x4.splat(<f32>1 / <f32>count))
  let squares = f32x4.splat(0)
  at = start
  for (let i = count; i > 0; i--) {
    const d = f32x4.sub(v128.load(at), mean)
    squares = madd(d, d, squares)
    at += pitch
  }
  v128.store(means, mean)
  v128.store(means + pitch, squares)
}

function momentsOfOne(start: usize, pitch: usize, count: i32, means: usize): void {
  let sum: f64 = 0
  let at = start
  for (let i = 0; i < count; i++) {
    sum += <f64>load<f32>(at)
    at += pitch
  }
  const mean = <f32>(sum / <f64>count)
  let squares: f64 = 0
  at = start
  for (let i = 0; i < count; i++) {
    const d = <f64>load<f32>(at) - <f64>mean
    squares += d * d
    at += pitch
  }
  store<f32>(means, mean)
  store<f32>(means + pitch, <f32>squares)
}

/** Joins the groups' moments (Chan et al. 1979) to mean, biased variance and 1 / √(variance + ε). Items: channels. */
export function normJoin(
  partial: usize,
  mean: usize,
  variance: usize,
  inverse: usize,
  rows: i32,
  group: i32,
  channels: i32,
  epsilon: f64,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  const pitch = (<usize>channels) << 2
  for (let c = from; c < to; c++) {
    const offset = (<usize>c) << 2
    let count: f64 = 0
    let average: f64 = 0
    let squares: f64 = 0
    let at = partial + offset
    for (let first = 0; first < rows; first += group) {
      const own = <f64>min(group, rows - first)
      const difference = <f64>load<f32>(at) - average
      const total = count + own
      average += (difference * own) / total
      squares += <f64>load<f32>(at + pitch) + (difference * difference * count * own) / total
      count = total
      at += pitch << 1
    }
    const spread = squares / <f64>rows
    store<f32>(mean + offset, <f32>average)
    store<f32>(variance + offset, <f32>spread)
    store<f32>(inverse + offset, <f32>(1 / Math.sqrt(spread + epsilon)))
  }
}

/** out = γ · (x - mean) · inverse + β, plus `residual` unless that is 0, and its ReLU if `relu`. Items: rows. */
export function normApply(
  x: usize,
  residual: usize,
  out: usize,
  mean: usize,
  inverse: usize,
  gamma: usize,
  beta: usize,
  channels: i32,
  relu: i32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  const pitch = (<usize>channels) << 2
  const begin = <usize>from * pitch
  const floor: f32 = relu ? 0 : -Infinity
  let c = 0
  for (; c + 16 <= channels; c += 16) {
    const offset = (<usize>c) << 2
    const start = begin + offset
    const count = to - from
    const m = mean + offset
    const i = inverse + offset
    const g = gamma + offset
    const b = beta + offset
    const r = residual + start
    if (residual) applyToSixteen(true, x + start, r, out + start, pitch, count, m, i, g, b, floor)
    else applyToSixteen(false, x + start, 0, out + start, pitch, count, m, i, g, b, floor)
  }
  for (; c + 4 <= channels; c += 4) {
    const offset = (<usize>c) << 2
    const m = v128.load(mean + offset)
    const scale = f32x4.mul(v128.load(inverse + offset), v128.load(gamma + offset))
    const base = v128.load(beta + offset)
    let at = begin + offset
    for (let row = from; row < to; row++) {
      let y = madd(f32x4.sub(v128.load(x + at), m), scale, base)
      if (residual) y = f32x4.add(y, v128.load(residual + at))
      v128.store(out + at, f32x4.max(y, f32x4.splat(floor)))
      at += pitch
    }
  }
  for (; c < channels; c++) {
    const offset = (<usize>c) << 2
    const shift = load<f32>(mean + offset)
    const scale = load<f32>(inverse + offset) * load<f32>(gamma + offset)
    const base = load<f32>(beta + offset)
    let at = begin + offset
    for (let row = from; row < to; row++) {
      let y = (load<f32>(x + at) - shift) * scale + base
      if (residual) y += load<f32>(residual + at)
      store<f32>(out + at, max<f32>(y, floor))
      at += pitch
    }
  }
}

// @ts-ignore: decorator
@inline
function applyToSixteen(
  hasResidual: boolean,
  x: usize,
  residual: usize,
  out: usize,
  pitch: usize,
  count: i32,
  mean: usize,
  inverse: usize,
  gamma: usize,
  beta: usize,
  floor: f32,
): void {
  const least = f32x4.splat(floor)
  const m0 = v128.load(mean)
  const m1 = v128.load(mean, 16)
  const m2 = v128.load(mean, 32)
  const m3 = v128.load(mean, 48)
  const s0 = f32x4.mul(v128.load(inverse), v128.load(gamma))
  const s1 = f32x4.mul(v128.load(inverse, 16), v128.load(gamma, 16))
  const s2 = f32x4.mul(v128.load(inverse, 32), v128.load(gamma, 32))
  const s3 = f32x4.mul(v128.load(inverse, 48), v128.load(gamma, 48))
  const b0 = v128.load(beta)
  const b1 = v128.load(beta, 16)
  const b2 = v128.load(beta, 32)
  const b3 = v128.load(beta, 48)
  for (let i = count; i > 0; i--) {
    let y0 = madd(f32x4.sub(v128.load(x), m0), s0, b0)
    let y1 = madd(f32x4.sub(v128.load(x, 16), m1), s1, b1)
    let y2 = madd(f32x4.sub(v128.load(x, 32), m2), s2, b2)
    let y3 = madd(f32x4.sub(v128.load(x, 48), m3), s3, b3)
    if (hasResidual) {
      y0 = f32x4.add(y0, v128.load(residual))
      y1 = f32x4.add(y1, v128.load(residual, 16))
      y2 = f32x4.add(y2, v128.load(residual, 32))
      y3 = f32x4.add(y3, v128.load(residual, 48))
      residual += pitch
    }
    v128.store(out, f32x4.max(y1, least), 16)
    v128.store(out, f32x4.max(y0, least))
    v128.store(out, f32x4.max(y3, least), 48)
    v128.store(out, f32x4.max(y2, least), 32)
    x += pitch
    out += pitch
  }
}

/** (1 - rate) · moving + rate · batch, the batch's variance times `correction` first. Items: channels. */
export function moveStatistics(
  mean: usize,
  variance: usize,
  movingMean: usize,
  movingVariance: usize,
  newMean: usize,
  newVariance: usize,
  rate: f32,
  keep: f32,
  correction: f32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  for (let at = (<usize>from) << 2; at < (<usize>to) << 2; at += 4) {
    store<f32>(newMean + at, load<f32>(movingMean + at) * keep + load<f32>(mean + at) * rate)
    const spread = load<f32>(variance + at) * correction
    store<f32>(newVariance + at, load<f32>(movingVariance + at) * keep + spread * rate)
  }
}
