import { sumRow } from './reduce'
import { loadUpTo, madd, storeUpTo, sumLanes } from './simd'

/*
 * Layer and group normalisation of x [outer, places, groups, width]: the numbers of one outer index and one group get
 * mean 0 and variance 1, then gamma [groups, width] times them plus beta. Layer normalisation has one place and one
 * group. What is summed is summed in float32 by up to 256 numbers, and in float64 beyond; in one order, whoever does it.
 */

const runLength: i32 = 256

/** Σ (x - mean)² of a row. */
function squaresOf(at: usize, count: i32, mean: f32): f64 {
  const shift = f32x4.splat(mean)
  let total: f64 = 0
  while (count >= 4) {
    let run = min(count, runLength)
    count -= run & ~3
    let sum = f32x4.splat(0)
    for (; run >= 4; run -= 4) {
      const d = f32x4.sub(v128.load(at), shift)
      sum = madd(d, d, sum)
      at += 16
    }
    total += <f64>sumLanes(sum)
  }
  for (; count > 0; count--) {
    const d = <f64>load<f32>(at) - <f64>mean
    total += d * d
    at += 4
  }
  return total
}

/** Mean and 1 / √(variance + ε) also to `statistics` [outer, groups, 2]. Items: outer. */
export function groupNorm(
  x: usize,
  gamma: usize,
  beta: usize,
  out: usize,
  statistics: usize,
  places: i32,
  groups: i32,
  width: i32,
  epsilon: f64,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  const row = (<usize>width) << 2
  const pitch = row * <usize>groups
  const count = <f64>places * <f64>width
  for (let item = from; item < to; item++) {
    for (let g = 0; g < groups; g++) {
      const offset = <usize>item * <usize>places * pitch + <usize>g * row
      let at = x + offset
      let sum: f64 = 0
      for (let p = places; p > 0; p--) {
        sum += sumRow(at, width)
        at += pitch
      }
      const mean = <f32>(sum / count)
      at = x + offset
      let squares: f64 = 0
      for (let p = places; p > 0; p--) {
        squares += squaresOf(at, width, mean)
        at += pitch
      }
      const inverse = <f32>(1 / Math.sqrt(squares / count + epsilon))
      const place = statistics + ((<usize>(item * groups + g)) << 3)
      store<f32>(place, mean)
      store<f32>(place, inverse, 4)
      const share = <usize>g * row
      for (let p = 0; p < places; p++) {
        const here = offset + <usize>p * pitch
        applyToRow(x + here, gamma + share, beta + share, out + here, width, mean, inverse)
      }
    }
  }
}

function applyToRow(
  x: usize,
  gamma: usize,
  beta: usize,
  out: usize,
  width: i32,
  mean: f32,
  inverse: f32,
): void {
  const shift = f32x4.splat(mean)
  const scale = f32x4.splat(inverse)
  for (let left = width; left > 0; left -= 4) {
    const h = f32x4.mul(f32x4.sub(v128.load(x), shift), scale)
    storeUpTo(out, madd(h, v128.load(gamma), v128.load(beta)), left)
    x += 16
    gamma += 16
    beta += 16
    out += 16
  }
}

/** Σ dy·γ and Σ dy·γ·h of the rows of one item and group; h is x with mean 0 and variance 1. */
let slopeSum: f64 = 0
let slopeProduct: f64 = 0

/**
 * dx, and to `gammas` and `betas` [parts, groups, width] each item's own part of the gradients of gamma and beta.
 * Items: parts of `part` outer indices.
 */
export function groupNormBack(
  dy: usize,
  x: usize,
  gamma: usize,
  statistics: usize,
  dx: usize,
  gammas: usize,
  betas: usize,
  outer: i32,
  part: i32,
  places: i32,
  groups: i32,
  width: i32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  const row = (<usize>width) << 2
  const pitch = row * <usize>groups
  const count = <f64>places * <f64>width
  for (let item = from; item < to; item++) {
    memory.fill(gammas + <usize>item * pitch, 0, pitch)
    memory.fill(betas + <usize>item * pitch, 0, pitch)
    const end = min(outer, (item + 1) * part)
    for (let o = item * part; o < end; o++) {
      for (let g = 0; g < groups; g++) {
        const share = <usize>g * row
        const place = statistics + ((<usize>(o * groups + g)) << 3)
        const mean = load<f32>(place)
        const inverse = load<f32>(place, 4)
        const offset = <usize>o * <usize>places * pitch + share
        slopeSum = 0
        slopeProduct = 0
        const own = <usize>item * pitch + share
        for (let p = 0; p < places; p++) {
          const here = offset + <usize>p * pitch
          slopesOfRow(dy + here, x + here, gamma + share, gammas + own, betas + own, width, mean, inverse)
        }
        const average = <f32>(slopeSum / count)
        const lean = <f32>(slopeProduct / count)
        for (let p = 0; p < places; p++) {
          const here = offset + <usize>p * pitch
          backThroughRow(dy + here, x + here, gamma + share, dx + here, width, mean, inverse, average, lean)
        }
      }
    }
  }
}

function slopesOfRow(
  dy: usize,
  x: usize,
  gamma: usize,
  gammas: usize,
  betas: usize,
  count: i32,
  mean: f32,
  inverse: f32,
): void {
  const shift = f32x4.splat(mean)
  const scale = f32x4.splat(inverse)
  while (count > 0) {
    let run = min(count, runLength)
    count -= run
    let sum = f32x4.splat(0)
    let product = f32x4.splat(0)
    for (; run > 0; run -= 4) {
      const d = loadUpTo(dy, run)
      // What lies beyond the row may be no number: it must not reach the sums.
      const own = f32x4.mul(f32x4.sub(loadUpTo(x, run), shift), scale)
      const slope = f32x4.mul(d, loadUpTo(gamma, run))
      storeUpTo(gammas, madd(d, own, v128.load(gammas)), run)
      storeUpTo(betas, f32x4.add(d, v128.load(betas)), run)
      sum = f32x4.add(sum, slope)
      product = madd(slope, own, product)
      dy += 16
      x += 16
      gamma += 16
      gammas += 16
      betas += 16
    }
    slopeSum += <f64>sumLanes(sum)
    slopeProduct += <f64>sumLanes(product)
  }
}

/** inverse · (dy·γ - average - h·lean) */
function backThroughRow(
  dy: usize,
  x: usize,
  gamma: usize,
  dx: usize,
  width: i32,
  mean: f32,
  inverse: f32,
  average: f32,
  lean: f32,
): void {
  const shift = f32x4.splat(mean)
  const scale = f32x4.splat(inverse)
  const level = f32x4.splat(average)
  const tilt = f32x4.splat(-lean)
  for (let left = width; left > 0; left -= 4) {
    const h = f32x4.mul(f32x4.sub(v128.load(x), shift), scale)
    const slope = f32x4.mul(v128.load(dy), v128.load(gamma))
    storeUpTo(dx, f32x4.mul(madd(h, tilt, f32x4.sub(slope, level)), scale), left)
    dy += 16
    x += 16
    gamma += 16
    dx += 16
  }
}
