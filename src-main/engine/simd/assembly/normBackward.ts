import { madd, nmadd, put } from './simd'

/* Batch normalisation backward, in the order of normForward.ts. */

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
  for (let item = from; item < to; item++) {
    const first = item * group
    const count = min(group, rows - first)
    const begin = <usize>first * pitch
    const sums = partial + <usize>item * 2 * pitch
    let c = 0
    for (; c + 16 <= channels; c += 16) {
      const offset = (<usize>c) << 2
      const start = begin + offset
      if (y) slopesOfSixteen(true, dy + start, x + start, y + start, pitch, count, mean + offset, sums + offset)
      else slopesOfSixteen(false, dy + start, x + start, 0, pitch, count, mean + offset, sums + offset)
    }
    for (; c < channels; c++) {
      const offset = (<usize>c) << 2
      const m = <f64>load<f32>(mean + offset)
      let sum: f64 = 0
      let product: f64 = 0
      let at = begin + offset
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

// @ts-ignore: decorator
@inline
function slopesOfSixteen(
  gated: boolean,
  dy: usize,
  x: usize,
  y: usize,
  pitch: usize,
  count: i32,
  mean: usize,
  sums: usize,
): void {
  const m0 = v128.load(mean)
  const m1 = v128.load(mean, 16)
  const m2 = v128.load(mean, 32)
  const m3 = v128.load(mean, 48)
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
    if (gated) {
      d0 = v128.and(d0, f32x4.gt(v128.load(y), zero))
      d1 = v128.and(d1, f32x4.gt(v128.load(y, 16), zero))
      d2 = v128.and(d2, f32x4.gt(v128.load(y, 32), zero))
      d3 = v128.and(d3, f32x4.gt(v128.load(y, 48), zero))
      y += pitch
    }
    s0 = f32x4.add(s0, d0)
    s1 = f32x4.add(s1, d1)
    s2 = f32x4.add(s2, d2)
    s3 = f32x4.add(s3, d3)
    p0 = madd(d0, f32x4.sub(v128.load(x), m0), p0)
    p1 = madd(d1, f32x4.sub(v128.load(x, 16), m1), p1)
    p2 = madd(d2, f32x4.sub(v128.load(x, 32), m2), p2)
    p3 = madd(d3, f32x4.sub(v128.load(x, 48), m3), p3)
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
  const begin = <usize>from * pitch
  const count = to - from
  let c = 0
  for (; c + 16 <= channels; c += 16) {
    const offset = (<usize>c) << 2
    const s = begin + offset
    const m = mean + offset
    const i = inverse + offset
    const g = gamma + offset
    const t = terms + offset
    const r = dResidual + s
    if (y && dResidual) backOfSixteen(true, true, dy + s, x + s, y + s, dx + s, r, pitch, count, m, i, g, t)
    else if (y) backOfSixteen(true, false, dy + s, x + s, y + s, dx + s, 0, pitch, count, m, i, g, t)
    else if (dResidual) backOfSixteen(false, true, dy + s, x + s, 0, dx + s, r, pitch, count, m, i, g, t)
    else backOfSixteen(false, false, dy + s, x + s, 0, dx + s, 0, pitch, count, m, i, g, t)
  }
  for (; c < channels; c++) {
    const offset = (<usize>c) << 2
    const shift = load<f32>(mean + offset)
    const level = load<f32>(terms + offset)
    const slope = load<f32>(terms + pitch + offset)
    const scale = load<f32>(inverse + offset) * load<f32>(gamma + offset)
    let at = begin + offset
    for (let row = from; row < to; row++) {
      let d = load<f32>(dy + at)
      if (y && !(load<f32>(y + at) > 0)) d = 0
      if (dResidual) store<f32>(dResidual + at, d)
      store<f32>(dx + at, (d - level - (load<f32>(x + at) - shift) * slope) * scale)
      at += pitch
    }
  }
}

// @ts-ignore: decorator
@inline
function backOfSixteen(
  gated: boolean,
  hasResidual: boolean,
  dy: usize,
  x: usize,
  y: usize,
  dx: usize,
  dResidual: usize,
  pitch: usize,
  count: i32,
  mean: usize,
  inverse: usize,
  gamma: usize,
  terms: usize,
): void {
  const zero = f32x4.splat(0)
  const m0 = v128.load(mean)
  const m1 = v128.load(mean, 16)
  const m2 = v128.load(mean, 32)
  const m3 = v128.load(mean, 48)
  const s0 = f32x4.mul(v128.load(inverse), v128.load(gamma))
  const s1 = f32x4.mul(v128.load(inverse, 16), v128.load(gamma, 16))
  const s2 = f32x4.mul(v128.load(inverse, 32), v128.load(gamma, 32))
  const s3 = f32x4.mul(v128.load(inverse, 48), v128.load(gamma, 48))
  const l0 = v128.load(terms)
  const l1 = v128.load(terms, 16)
  const l2 = v128.load(terms, 32)
  const l3 = v128.load(terms, 48)
  const slopes = terms + pitch
  const t0 = v128.load(slopes)
  const t1 = v128.load(slopes, 16)
  const t2 = v128.load(slopes, 32)
  const t3 = v128.load(slopes, 48)
  for (let i = count; i > 0; i--) {
    let d0 = v128.load(dy)
    let d1 = v128.load(dy, 16)
    let d2 = v128.load(dy, 32)
    let d3 = v128.load(dy, 48)
    const x0 = v128.load(x)
    const x1 = v128.load(x, 16)
    const x2 = v128.load(x, 32)
    const x3 = v128.load(x, 48)
    if (gated) {
      d0 = v128.and(d0, f32x4.gt(v128.load(y), zero))
      d1 = v128.and(d1, f32x4.gt(v128.load(y, 16), zero))
      d2 = v128.and(d2, f32x4.gt(v128.load(y, 32), zero))
      d3 = v128.and(d3, f32x4.gt(v128.load(y, 48), zero))
      y += pitch
    }
    if (hasResidual) {
      v128.store(dResidual, d1, 16)
      v128.store(dResidual, d0)
      v128.store(dResidual, d3, 48)
      v128.store(dResidual, d2, 32)
      dResidual += pitch
    }
    const r0 = f32x4.mul(nmadd(f32x4.sub(x0, m0), t0, f32x4.sub(d0, l0)), s0)
    const r1 = f32x4.mul(nmadd(f32x4.sub(x1, m1), t1, f32x4.sub(d1, l1)), s1)
    const r2 = f32x4.mul(nmadd(f32x4.sub(x2, m2), t2, f32x4.sub(d2, l2)), s2)
    const r3 = f32x4.mul(nmadd(f32x4.sub(x3, m3), t3, f32x4.sub(d3, l3)), s3)
    v128.store(dx, r1, 16)
    v128.store(dx, r0)
    v128.store(dx, r3, 48)
    v128.store(dx, r2, 32)
    dy += pitch
    x += pitch
    dx += pitch
  }
}
