import { counted, gated, gatedByInput, gatedByResult, gateOf, passes, ungated } from './normGate'
import { nmadd } from './simd'

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
