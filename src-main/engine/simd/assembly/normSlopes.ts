import { counted, gated, gatedByInput, gatedByResult, gateOf, passes, ungated } from './normGate'
import { madd, put } from './simd'

/* The first pass of batch normalisation backward, in the order of normForward.ts. */

/**
 * Σ dy and Σ dy · (x - mean) of each group of rows, to `partial` [groups, 2, channels]; `y` or `beta` is not 0 where a
 * ReLU follows. Items: groups.
 */
export function normSlopes(
  dy: usize,
  x: usize,
  y: usize,
  mean: usize,
  inverse: usize,
  gamma: usize,
  beta: usize,
  partial: usize,
  rows: i32,
  group: i32,
  channels: i32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  const pitch = (<usize>channels) << 2
  const gate = gateOf(y, beta)
  for (let item = from; item < to; item++) {
    const first = item * group
    const count = min(group, rows - first)
    const begin = <usize>first * pitch
    const sums = partial + <usize>item * 2 * pitch
    let c = 0
    for (; c + 16 <= channels; c += 16) {
      const offset = (<usize>c) << 2
      const start = begin + offset
      const m = mean + offset
      const i = inverse + offset
      const g = gamma + offset
      const to = sums + offset
      if (gate == gatedByResult) {
        slopesOfSixteen(gatedByResult, dy + start, x + start, y + start, pitch, count, m, i, g, 0, to)
      } else if (gate == gatedByInput) {
        slopesOfSixteen(gatedByInput, dy + start, x + start, 0, pitch, count, m, i, g, beta + offset, to)
      } else slopesOfSixteen(ungated, dy + start, x + start, 0, pitch, count, m, i, g, 0, to)
    }
    for (; c + 4 <= channels; c += 4) {
      const offset = (<usize>c) << 2
      const m = v128.load(mean + offset)
      const scale = f32x4.mul(v128.load(inverse + offset), v128.load(gamma + offset))
      const shift = v128.load(beta + offset)
      let sum = f32x4.splat(0)
      let product = f32x4.splat(0)
      let at = begin + offset
      for (let i = 0; i < count; i++) {
        const own = v128.load(x + at)
        const d = counted(gate, v128.load(dy + at), own, y + at, m, scale, shift)
        sum = f32x4.add(sum, d)
        product = madd(d, f32x4.sub(own, m), product)
        at += pitch
      }
      v128.store(sums + offset, sum)
      v128.store(sums + pitch + offset, product)
    }
    for (; c < channels; c++) {
      const offset = (<usize>c) << 2
      const m = load<f32>(mean + offset)
      const scale = load<f32>(inverse + offset) * load<f32>(gamma + offset)
      const shift: f32 = beta ? load<f32>(beta + offset) : 0
      let sum: f64 = 0
      let product: f64 = 0
      let at = begin + offset
      for (let i = 0; i < count; i++) {
        const own = load<f32>(x + at)
        if (passes(gate, y + at, own, m, scale, shift)) {
          const d = <f64>load<f32>(dy + at)
          sum += d
          product += d * (<f64>own - <f64>m)
        }
        at += pitch
      }
      store<f32>(sums + offset, <f32>sum)
      store<f32>(sums + pitch + offset, <f32>product)
    }
  }
}

// @ts-ignore: decorator
@inline
function slopesOfSixteen(
  gate: i32,
  dy: usize,
  x: usize,
  y: usize,
  pitch: usize,
  count: i32,
  mean: usize,
  inverse: usize,
  gamma: usize,
  beta: usize,
  sums: usize,
): void {
  const m0 = v128.load(mean)
  const m1 = v128.load(mean, 16)
  const m2 = v128.load(mean, 32)
  const m3 = v128.load(mean, 48)
  const a0 = f32x4.mul(v128.load(inverse), v128.load(gamma))
  const a1 = f32x4.mul(v128.load(inverse, 16), v128.load(gamma, 16))
  const a2 = f32x4.mul(v128.load(inverse, 32), v128.load(gamma, 32))
  const a3 = f32x4.mul(v128.load(inverse, 48), v128.load(gamma, 48))
  const b0 = v128.load(beta)
  const b1 = v128.load(beta, 16)
  const b2 = v128.load(beta, 32)
  const b3 = v128.load(beta, 48)
  const zero = f32x4.splat(0)
  let s0 = zero
  let s1 = zero
  let s2 = zero
  let s3 = zero
  let p0 = zero
  let p1 = zero
  let p2 = zero
  let p3 = zero
  for (let i = count; i > 0; i--) {
    let d0 = v128.load(dy)
    let d1 = v128.load(dy, 16)
    let d2 = v128.load(dy, 32)
    let d3 = v128.load(dy, 48)
    const x0 = v128.load(x)
    const x1 = v128.load(x, 16)
    const x2 = v128.load(x, 32)
    const x3 = v128.load(x, 48)
    if (gate == gatedByResult) {
      d0 = v128.and(d0, f32x4.gt(v128.load(y), zero))
      d1 = v128.and(d1, f32x4.gt(v128.load(y, 16), zero))
      d2 = v128.and(d2, f32x4.gt(v128.load(y, 32), zero))
      d3 = v128.and(d3, f32x4.gt(v128.load(y, 48), zero))
      y += pitch
    }
    if (gate == gatedByInput) {
      d0 = gated(d0, x0, m0, a0, b0)
      d1 = gated(d1, x1, m1, a1, b1)
      d2 = gated(d2, x2, m2, a2, b2)
      d3 = gated(d3, x3, m3, a3, b3)
    }
    s0 = f32x4.add(s0, d0)
    s1 = f32x4.add(s1, d1)
    s2 = f32x4.add(s2, d2)
    s3 = f32x4.add(s3, d3)
    p0 = madd(d0, f32x4.sub(x0, m0), p0)
    p1 = madd(d1, f32x4.sub(x1, m1), p1)
    p2 = madd(d2, f32x4.sub(x2, m2), p2)
    p3 = madd(d3, f32x4.sub(x3, m3), p3)
    dy += pitch
    x += pitch
  }
  put(sums, s0, s1)
  put(sums + 32, s2, s3)
  put(sums + pitch, p0, p1)
  put(sums + pitch + 32, p2, p3)
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
