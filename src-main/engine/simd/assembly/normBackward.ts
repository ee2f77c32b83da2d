import { madd, nmadd, put } from './simd'

/*
 * Batch normalisation backward, in the order of normForward.ts. Where a ReLU follows, dy counts only where its result is
 * above 0: that is read from the result `y`, or, where nothing was added before the ReLU, computed from x once more by
 * the very operations that gave it, which spares a third of the memory that is read.
 */

const ungated: i32 = 0
const gatedByResult: i32 = 1
const gatedByInput: i32 = 2

// @ts-ignore: decorator
@inline
function gateOf(y: usize, beta: usize): i32 {
  return y ? gatedByResult : beta ? gatedByInput : ungated
}

/** dy, or 0 where the ReLU gave 0. */
// @ts-ignore: decorator
@inline
function gated(d: v128, x: v128, mean: v128, scale: v128, shift: v128): v128 {
  return v128.and(d, f32x4.gt(madd(f32x4.sub(x, mean), scale, shift), f32x4.splat(0)))
}

/** What of four numbers of dy counts. */
// @ts-ignore: decorator
@inline
function counted(gate: i32, d: v128, x: v128, y: usize, mean: v128, scale: v128, shift: v128): v128 {
  if (gate == gatedByResult) return v128.and(d, f32x4.gt(v128.load(y), f32x4.splat(0)))
  return gate == gatedByInput ? gated(d, x, mean, scale, shift) : d
}

// @ts-ignore: decorator
@inline
function passes(gate: i32, y: usize, x: f32, mean: f32, scale: f32, shift: f32): boolean {
  if (gate == gatedByResult) return load<f32>(y) > 0
  if (gate == gatedByInput) return (x - mean) * scale + shift > 0
  return true
}

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

/**
 * dx = γ · inverse · (dy - terms[0] - (x - mean) · terms[1]); dy goes to `dResidual` as it counts, unless that is 0.
 * Items: rows.
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
  beta: usize,
  terms: usize,
  channels: i32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  const pitch = (<usize>channels) << 2
  const begin = <usize>from * pitch
  const count = to - from
  const gate = gateOf(y, beta)
  let c = 0
  for (; c + 16 <= channels; c += 16) {
    const offset = (<usize>c) << 2
    const s = begin + offset
    const m = mean + offset
    const i = inverse + offset
    const g = gamma + offset
    const t = terms + offset
    const r = dResidual + s
    const e = beta + offset
    const d = dy + s
    const a = x + s
    if (gate == gatedByResult) {
      if (dResidual) backOfSixteen(gatedByResult, true, d, a, y + s, dx + s, r, pitch, count, m, i, g, e, t)
      else backOfSixteen(gatedByResult, false, d, a, y + s, dx + s, 0, pitch, count, m, i, g, e, t)
    } else if (gate == gatedByInput) backOfSixteen(gatedByInput, false, d, a, 0, dx + s, 0, pitch, count, m, i, g, e, t)
    else if (dResidual) backOfSixteen(ungated, true, d, a, 0, dx + s, r, pitch, count, m, i, g, e, t)
    else backOfSixteen(ungated, false, d, a, 0, dx + s, 0, pitch, count, m, i, g, e, t)
  }
  for (; c + 4 <= channels; c += 4) {
    const offset = (<usize>c) << 2
    const m = v128.load(mean + offset)
    const level = v128.load(terms + offset)
    const slope = v128.load(terms + pitch + offset)
    const scale = f32x4.mul(v128.load(inverse + offset), v128.load(gamma + offset))
    const shift = v128.load(beta + offset)
    let at = begin + offset
    for (let row = from; row < to; row++) {
      const own = v128.load(x + at)
      const d = counted(gate, v128.load(dy + at), own, y + at, m, scale, shift)
      if (dResidual) v128.store(dResidual + at, d)
      const inner = nmadd(f32x4.sub(own, m), slope, f32x4.sub(d, level))
      v128.store(dx + at, f32x4.mul(inner, scale))
      at += pitch
    }
  }
  for (; c < channels; c++) {
    const offset = (<usize>c) << 2
    const m = load<f32>(mean + offset)
    const level = load<f32>(terms + offset)
    const slope = load<f32>(terms + pitch + offset)
    const scale = load<f32>(inverse + offset) * load<f32>(gamma + offset)
    const shift: f32 = beta ? load<f32>(beta + offset) : 0
    let at = begin + offset
    for (let row = from; row < to; row++) {
      const own = load<f32>(x + at)
      const d: f32 = passes(gate, y + at, own, m, scale, shift) ? load<f32>(dy + at) : 0
      if (dResidual) store<f32>(dResidual + at, d)
      store<f32>(dx + at, (d - level - (own - m) * slope) * scale)
      at += pitch
    }
  }
}

// @ts-ignore: decorator
@inline
function backOfSixteen(
  gate: i32,
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
  beta: usize,
  terms: usize,
): void {
  const zero = f32x4.splat(0)
  const b0 = v128.load(beta)
  const b1 = v128.load(beta, 16)
  const b2 = v128.load(beta, 32)
  const b3 = v128.load(beta, 48)
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
    if (gate == gatedByInput) {
      d0 = gated(d0, x0, m0, s0, b0)
      d1 = gated(d1, x1, m1, s1, b1)
      d2 = gated(d2, x2, m2, s2, b2)
      d3 = gated(d3, x3, m3, s3, b3)
    }
    if (gate == gatedByResult) {
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
