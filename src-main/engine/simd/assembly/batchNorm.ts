import { madd } from './simd'

/*
 * Batch normalisation over the rows of x [rows, channels]. Each group of rows gives its own sums; they are joined in
 * float64 in the order of the groups, so that the result does not depend on who computed which.
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
    const inverse = f32x4.splat(<f32>1 / <f32>count)
    let c = 0
    for (; c + 4 <= channels; c += 4) {
      const offset = (<usize>c) << 2
      let sum = f32x4.splat(0)
      let other = f32x4.splat(0)
      let at = start + offset
      let i = 0
      for (; i + 2 <= count; i += 2) {
        sum = f32x4.add(sum, v128.load(at))
        other = f32x4.add(other, v128.load(at + pitch))
        at += pitch << 1
      }
      if (i < count) sum = f32x4.add(sum, v128.load(at))
      const mean = f32x4.mul(f32x4.add(sum, other), inverse)
      let squares = f32x4.splat(0)
      let others = f32x4.splat(0)
      at = start + offset
      for (i = 0; i + 2 <= count; i += 2) {
        const d = f32x4.sub(v128.load(at), mean)
        const e = f32x4.sub(v128.load(at + pitch), mean)
        squares = madd(d, d, squares)
        others = madd(e, e, others)
        at += pitch << 1
      }
      if (i < count) {
        const d = f32x4.sub(v128.load(at), mean)
        squares = madd(d, d, squares)
      }
      v128.store(means + offset, mean)
      v128.store(means + pitch + offset, f32x4.add(squares, others))
    }
    for (; c < channels; c++) {
      const offset = (<usize>c) << 2
      let sum: f64 = 0
      let at = start + offset
      for (let i = 0; i < count; i++) {
        sum += <f64>load<f32>(at)
        at += pitch
      }
      const mean = <f32>(sum / <f64>count)
      let squares: f64 = 0
      at = start + offset
      for (let i = 0; i < count; i++) {
        const d = <f64>load<f32>(at) - <f64>mean
        squares += d * d
        at += pitch
      }
      store<f32>(means + offset, mean)
      store<f32>(means + pitch + offset, <f32>squares)
    }
  }
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

// @ts-ignore: decorator
@inline
function normalised(x: v128, mean: v128, inverse: v128, gamma: v128, beta: v128): v128 {
  return madd(f32x4.sub(x, mean), f32x4.mul(inverse, gamma), beta)
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
  const floor = f32x4.splat(relu ? 0 : -Infinity)
  const wide = channels & ~3
  for (let row = from; row < to; row++) {
    const start = <usize>row * pitch
    for (let c = 0; c < wide; c += 4) {
      const offset = (<usize>c) << 2
      let y = normalised(
        v128.load(x + start + offset),
        v128.load(mean + offset),
        v128.load(inverse + offset),
        v128.load(gamma + offset),
        v128.load(beta + offset),
      )
      if (residual) y = f32x4.add(y, v128.load(residual + start + offset))
      v128.store(out + start + offset, f32x4.max(y, floor))
    }
    for (let c = wide; c < channels; c++) {
      const offset = (<usize>c) << 2
      let y = f32x4.extract_lane(
        normalised(
          v128.load32_zero(x + start + offset),
          v128.load32_zero(mean + offset),
          v128.load32_zero(inverse + offset),
          v128.load32_zero(gamma + offset),
          v128.load32_zero(beta + offset),
        ),
        0,
      )
      if (residual) y += load<f32>(residual + start + offset)
      store<f32>(out + start + offset, relu ? max<f32>(y, 0) : y)
    }
  }
}

/**
 * Σ dy and Σ dy · (x - mean) of each group of rows, to `partial` [groups, 2, channels]; where `y` is not 0, dy counts
 * only where y is above 0. Items: groups.
 */
export function normSlopes(
  dy: usize,
  x: usize,
  y: usize,
  mean: usize,
  partial: usize,
  rows: i32,
  group: i32,
  channels: i32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  const pitch = (<usize>channels) << 2
  const zero = f32x4.splat(0)
  for (let item = from; item < to; item++) {
    const first = item * group
    const count = min(group, rows - first)
    const start = <usize>first * pitch
    const sums = partial + <usize>item * 2 * pitch
    let c = 0
    for (; c + 4 <= channels; c += 4) {
      const offset = (<usize>c) << 2
      const m = v128.load(mean + offset)
      let sum = zero
      let product = zero
      let at = start + offset
      for (let i = 0; i < count; i++) {
        let d = v128.load(dy + at)
        if (y) d = v128.and(d, f32x4.gt(v128.load(y + at), zero))
        sum = f32x4.add(sum, d)
        product = madd(d, f32x4.sub(v128.load(x + at), m), product)
        at += pitch
      }
      v128.store(sums + offset, sum)
      v128.store(sums + pitch + offset, product)
    }
    for (; c < channels; c++) {
      const offset = (<usize>c) << 2
      const m = <f64>load<f32>(mean + offset)
      let sum: f64 = 0
      let product: f64 = 0
      let at = start + offset
      for (let i = 0; i < count; i++) {
        if (y == 0 || load<f32>(y + at) > 0) {
          const d = <f64>load<f32>(dy + at)
          sum += d
          product += d * (<f64>load<f32>(x + at) - m)
        }
        at += pitch
      }
      store<f32>(sums + offset, <f32>sum)
      store<f32>(sums + pitch + offset, <f32>product)
    }
  }
}

/**
 * dβ = Σ dy, dγ = Σ dy · (x - mean) · inverse, and the two numbers per channel that `normBack` needs beside them, to
 * `terms` [2, channels]: dβ / n and inverse · dγ / n. Items: channels.
 */
export function normJoinSlopes(
  partial: usize,
  inverse: usize,
  dBeta: usize,
  dGamma: usize,
  terms: usize,
  rows: i32,
  group: i32,
  channels: i32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  const pitch = (<usize>channels) << 2
  for (let c = from; c < to; c++) {
    const offset = (<usize>c) << 2
    let sum: f64 = 0
    let product: f64 = 0
    let at = partial + offset
    for (let first = 0; first < rows; first += group) {
      sum += <f64>load<f32>(at)
      product += <f64>load<f32>(at + pitch)
      at += pitch << 1
    }
    const scale = <f64>load<f32>(inverse + offset)
    store<f32>(dBeta + offset, <f32>sum)
    store<f32>(dGamma + offset, <f32>(product * scale))
    store<f32>(terms + offset, <f32>(sum / <f64>rows))
    store<f32>(terms + pitch + offset, <f32>((product * scale * scale) / <f64>rows))
  }
}

/**
 * dx = γ · inverse · (dy - terms[0] - (x - mean) · terms[1]); with `y`, dy is 0 where y is not above 0, and goes as such
 * to `dResidual` unless that is 0. Items: rows.
 */
export function normBack(
  dy: usize,
  x: usize,
  y: usize,
  dx: usize,
  dResidual: usize,
  mean: usize,
  inverse: usize,
  gamma: usize,
  terms: usize,
  channels: i32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  const pitch = (<usize>channels) << 2
  const zero = f32x4.splat(0)
  const wide = channels & ~3
  for (let row = from; row < to; row++) {
    const start = <usize>row * pitch
    for (let c = 0; c < wide; c += 4) {
      const offset = (<usize>c) << 2
      const at = start + offset
      let d = v128.load(dy + at)
      if (y) d = v128.and(d, f32x4.gt(v128.load(y + at), zero))
      if (dResidual) v128.store(dResidual + at, d)
      const centred = f32x4.sub(v128.load(x + at), v128.load(mean + offset))
      const slope = f32x4.mul(centred, v128.load(terms + pitch + offset))
      const inner = f32x4.sub(f32x4.sub(d, v128.load(terms + offset)), slope)
      const scale = f32x4.mul(v128.load(inverse + offset), v128.load(gamma + offset))
      v128.store(dx + at, f32x4.mul(inner, scale))
    }
    for (let c = wide; c < channels; c++) {
      const offset = (<usize>c) << 2
      const at = start + offset
      let d = load<f32>(dy + at)
      if (y && !(load<f32>(y + at) > 0)) d = 0
      if (dResidual) store<f32>(dResidual + at, d)
      const slope = (load<f32>(x + at) - load<f32>(mean + offset)) * load<f32>(terms + pitch + offset)
      const scale = load<f32>(inverse + offset) * load<f32>(gamma + offset)
      store<f32>(dx + at, (d - load<f32>(terms + offset) - slope) * scale)
    }
  }
}
