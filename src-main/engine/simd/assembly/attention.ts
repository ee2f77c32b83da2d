import { exp4 } from './exponential'
import { blockRoom, multiplyBlock, outerBlock } from './manyProducts'
import { packAll } from './panel'
import { loadPart, madd, put, storePart, sumLanes } from './simd'
import { panelColumns } from './tile'

/*
 * Scaled dot-product attention of several heads (Vaswani et al. 2017, section 3.2):
 *   P = softmax(scale · q · kᵀ), out = P · v
 * q [batch, targets, heads, size], k [batch, sources, heads, size], v and out with `values` numbers a head are read and
 * written where they stand: no head is transposed in memory. An item is one head of one example, whose matrices stay in
 * the first caches; P [batch, heads, targets, sources] is kept for the way back.
 */

/** The greatest of `count` numbers. */
function greatest(row: usize, count: i32): f32 {
  let most = f32x4.splat(-Infinity)
  let i = 0
  for (; i + 4 <= count; i += 4) most = f32x4.pmax(most, v128.load(row + ((<usize>i) << 2)))
  let one = max(
    max(f32x4.extract_lane(most, 0), f32x4.extract_lane(most, 1)),
    max(f32x4.extract_lane(most, 2), f32x4.extract_lane(most, 3)),
  )
  for (; i < count; i++) one = max(one, load<f32>(row + ((<usize>i) << 2)))
  return one
}

/** The softmax of scale · row, of its first `seen` numbers; those after it become 0. */
function softmaxRow(row: usize, count: i32, seen: i32, scale: f32): void {
  const shift = f32x4.splat(greatest(row, seen))
  const by = f32x4.splat(scale)
  let i = 0
  for (; i + 8 <= seen; i += 8) {
    const at = row + ((<usize>i) << 2)
    const low = exp4(f32x4.mul(f32x4.sub(v128.load(at), shift), by))
    const high = exp4(f32x4.mul(f32x4.sub(v128.load(at, 16), shift), by))
    put(at, low, high)
  }
  for (; i < seen; i += 4) {
    const at = row + ((<usize>i) << 2)
    storePart(at, exp4(f32x4.mul(f32x4.sub(loadPart(at, seen - i), shift), by)), seen - i)
  }
  let sum = f32x4.splat(0)
  for (i = 0; i + 4 <= seen; i += 4) sum = f32x4.add(sum, v128.load(row + ((<usize>i) << 2)))
  let total = sumLanes(sum)
  for (; i < seen; i++) total += load<f32>(row + ((<usize>i) << 2))
  const inverse = f32x4.splat(1 / total)
  for (i = 0; i + 4 <= seen; i += 4) {
    const at = row + ((<usize>i) << 2)
    v128.store(at, f32x4.mul(v128.load(at), inverse))
  }
  for (; i < seen; i++) store<f32>(row + ((<usize>i) << 2), load<f32>(row + ((<usize>i) << 2)) * (1 / total))
  if (count > seen) memory.fill(row + ((<usize>seen) << 2), 0, (<usize>(count - seen)) << 2)
}

/** dS = scale · P ∘ (dP - Σ P ∘ dP), in the place of dP. */
function softmaxSlopes(dRow: usize, row: usize, count: i32, scale: f32): void {
  let sum = f32x4.splat(0)
  let i = 0
  for (; i + 4 <= count; i += 4) {
    const offset = (<usize>i) << 2
    sum = madd(v128.load(dRow + offset), v128.load(row + offset), sum)
  }
  if (i < count) {
    const offset = (<usize>i) << 2
    sum = madd(loadPart(dRow + offset, count - i), loadPart(row + offset, count - i), sum)
  }
  const mean = f32x4.splat(sumLanes(sum))
  const by = f32x4.splat(scale)
  for (i = 0; i + 4 <= count; i += 4) {
    const at = dRow + ((<usize>i) << 2)
    const p = v128.load(row + ((<usize>i) << 2))
    v128.store(at, f32x4.mul(f32x4.mul(f32x4.sub(v128.load(at), mean), p), by))
  }
  if (i < count) {
    const at = dRow + ((<usize>i) << 2)
    const left = count - i
    const p = loadPart(row + ((<usize>i) << 2), left)
    storePart(at, f32x4.mul(f32x4.mul(f32x4.sub(loadPart(at, left), mean), p), by), left)
  }
}

/** Items: heads of examples. If `causal`, a target sees no source after it. */
export function attentionForward(
  q: usize,
  k: usize,
  v: usize,
  out: usize,
  probabilities: usize,
  heads: i32,
  targets: i32,
  sources: i32,
  size: i32,
  values: i32,
  scale: f32,
  causal: i32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  const head = (<usize>size) << 2
  const valueHead = (<usize>values) << 2
  const pitch = <usize>heads * head
  const valuePitch = <usize>heads * valueHead
  const row = (<usize>sources) << 2
  const panels = scratch + blockRoom
  for (let item = from; item < to; item++) {
    const example = <usize>(item / heads)
    const own = <usize>(item % heads)
    const p = probabilities + <usize>item * <usize>targets * row
    packAll(k + example * <usize>sources * pitch + own * head, panels, size, 4, sources, pitch)
    const queries = q + example * <usize>targets * pitch + own * head
    multiplyBlock(queries, pitch, targets, size, panels, p, row, sources, scratch)
    for (let t = 0; t < targets; t++) {
      softmaxRow(p + <usize>t * row, sources, causal ? min(sources, t + 1) : sources, scale)
    }
    const from = v + example * <usize>sources * valuePitch + own * valueHead
    packAll(from, panels, sources, valuePitch, values, 4)
    const result = out + example * <usize>targets * valuePitch + own * valueHead
    multiplyBlock(p, row, targets, sources, panels, result, valuePitch, values, scratch)
  }
}

/** The gradients of q, k and v from that of the result. Items: heads of examples. */
export function attentionBackward(
  q: usize,
  k: usize,
  v: usize,
  probabilities: usize,
  dOut: usize,
  dq: usize,
  dk: usize,
  dv: usize,
  heads: i32,
  targets: i32,
  sources: i32,
  size: i32,
  values: i32,
  scale: f32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  const head = (<usize>size) << 2
  const valueHead = (<usize>values) << 2
  const pitch = <usize>heads * head
  const valuePitch = <usize>heads * valueHead
  const row = (<usize>sources) << 2
  const panels = scratch + blockRoom
  const slopes = panels + <usize>(max((sources + panelColumns) * max(size, values), (max(size, values) + panelColumns) * sources) * 4)
  for (let item = from; item < to; item++) {
    const example = <usize>(item / heads)
    const own = <usize>(item % heads)
    const p = probabilities + <usize>item * <usize>targets * row
    const keyPlace = example * <usize>sources * pitch + own * head
    const queryPlace = example * <usize>targets * pitch + own * head
    const valuePlace = example * <usize>sources * valuePitch + own * valueHead
    const given = dOut + example * <usize>targets * valuePitch + own * valueHead
    packAll(v + valuePlace, panels, values, 4, sources, valuePitch)
    multiplyBlock(given, valuePitch, targets, values, panels, slopes, row, sources, scratch)
    outerBlock(p, row, sources, targets, given, valuePitch, values, dv + valuePlace, valuePitch, scratch)
    for (let t = 0; t < targets; t++) {
      softmaxSlopes(slopes + <usize>t * row, p + <usize>t * row, sources, scale)
    }
    packAll(k + keyPlace, panels, sources, pitch, size, 4)
    multiplyBlock(slopes, row, targets, sources, panels, dq + queryPlace, pitch, size, scratch)
    outerBlock(slopes, row, sources, targets, q + queryPlace, pitch, size, dk + keyPlace, pitch, scratch)
  }
}
