import { put } from './simd'

/*
 * One step of an optimizer in one pass over its memory. The formulas and the order of their roundings are those of
 * src-main/trainer/optimizers. Vectors run up to seven numbers beyond the last: tensors have room behind them.
 */

const withoutMomentum: i32 = 0
const withMomentum: i32 = 1
const withNesterov: i32 = 2

/** w, momentum → newW, newMomentum. `decay` is added to the gradient, `keep` multiplies the weights. Items: numbers. */
export function sgdStep(
  w: usize,
  g: usize,
  momentum: usize,
  newW: usize,
  newMomentum: usize,
  lr: f32,
  mu: f32,
  decay: f32,
  keep: f32,
  nesterov: i32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  store<f32>(scratch, lr)
  store<f32>(scratch, mu, 4)
  store<f32>(scratch, decay, 8)
  store<f32>(scratch, keep, 12)
  if (mu == 0) descend(withoutMomentum, w, g, momentum, newW, newMomentum, scratch, from, to)
  else if (nesterov) descend(withNesterov, w, g, momentum, newW, newMomentum, scratch, from, to)
  else descend(withMomentum, w, g, momentum, newW, newMomentum, scratch, from, to)
}

/** @param scalars lr, mu, decay and keep: constants are read from memory, or V8 would not join the halves of eight numbers */
// @ts-ignore: decorator
@inline
function descend(
  kind: i32,
  w: usize,
  g: usize,
  momentum: usize,
  newW: usize,
  newMomentum: usize,
  scalars: usize,
  from: i32,
  to: i32,
): void {
  const rate = v128.load32_splat(scalars)
  const friction = v128.load32_splat(scalars, 4)
  const lambda = v128.load32_splat(scalars, 8)
  const kept = v128.load32_splat(scalars, 12)
  for (let i = (<usize>from) << 2; i < (<usize>to) << 2; i += 32) {
    const low = v128.load(w + i)
    const high = v128.load(w + i, 16)
    let directionLow = f32x4.add(v128.load(g + i), f32x4.mul(low, lambda))
    let directionHigh = f32x4.add(v128.load(g + i, 16), f32x4.mul(high, lambda))
    if (kind != withoutMomentum) {
      const bufferLow = f32x4.add(f32x4.mul(v128.load(momentum + i), friction), directionLow)
      const bufferHigh = f32x4.add(f32x4.mul(v128.load(momentum + i, 16), friction), directionHigh)
      put(newMomentum + i, bufferLow, bufferHigh)
      if (kind == withNesterov) {
        directionLow = f32x4.add(directionLow, f32x4.mul(bufferLow, friction))
        directionHigh = f32x4.add(directionHigh, f32x4.mul(bufferHigh, friction))
      } else {
        directionLow = bufferLow
        directionHigh = bufferHigh
      }
    }
    put(
      newW + i,
      f32x4.sub(f32x4.mul(low, kept), f32x4.mul(directionLow, rate)),
      f32x4.sub(f32x4.mul(high, kept), f32x4.mul(directionHigh, rate)),
    )
  }
}

/** Adam and AdamW; `inverseRoot` is 1 / √(1 - β2^t). Items: numbers. */
export function adamStep(
  w: usize,
  g: usize,
  first: usize,
  second: usize,
  newW: usize,
  newFirst: usize,
  newSecond: usize,
  stepSize: f32,
  beta1: f32,
  rest1: f32,
  beta2: f32,
  rest2: f32,
  inverseRoot: f32,
  epsilon: f32,
  decay: f32,
  keep: f32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  for (let i = (<usize>from) << 2; i < (<usize>to) << 2; i += 16) {
    const weight = v128.load(w + i)
    let gradient = v128.load(g + i)
    if (decay != 0) gradient = f32x4.add(gradient, f32x4.mul(weight, f32x4.splat(decay)))
    const m = f32x4.add(
      f32x4.mul(v128.load(first + i), f32x4.splat(beta1)),
      f32x4.mul(gradient, f32x4.splat(rest1)),
    )
    const v = f32x4.add(
      f32x4.mul(v128.load(second + i), f32x4.splat(beta2)),
      f32x4.mul(f32x4.mul(gradient, gradient), f32x4.splat(rest2)),
    )
    v128.store(newFirst + i, m)
    v128.store(newSecond + i, v)
    const denominator = f32x4.add(f32x4.mul(f32x4.sqrt(v), f32x4.splat(inverseRoot)), f32x4.splat(epsilon))
    const base = keep == 1 ? weight : f32x4.mul(weight, f32x4.splat(keep))
    v128.store(newW + i, f32x4.sub(base, f32x4.mul(f32x4.div(m, denominator), f32x4.splat(stepSize))))
  }
}

/** RMSProp, not centered. Items: numbers. */
export function rmspropStep(
  w: usize,
  g: usize,
  square: usize,
  momentum: usize,
  newW: usize,
  newSquare: usize,
  newMomentum: usize,
  lr: f32,
  alpha: f32,
  rest: f32,
  mu: f32,
  epsilon: f32,
  decay: f32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  for (let i = (<usize>from) << 2; i < (<usize>to) << 2; i += 16) {
    const weight = v128.load(w + i)
    let gradient = v128.load(g + i)
    if (decay != 0) gradient = f32x4.add(gradient, f32x4.mul(weight, f32x4.splat(decay)))
    const s = f32x4.add(
      f32x4.mul(v128.load(square + i), f32x4.splat(alpha)),
      f32x4.mul(f32x4.mul(gradient, gradient), f32x4.splat(rest)),
    )
    v128.store(newSquare + i, s)
    let direction = f32x4.div(gradient, f32x4.add(f32x4.sqrt(s), f32x4.splat(epsilon)))
    if (mu != 0) {
      direction = f32x4.add(f32x4.mul(v128.load(momentum + i), f32x4.splat(mu)), direction)
      v128.store(newMomentum + i, direction)
    }
    v128.store(newW + i, f32x4.sub(weight, f32x4.mul(direction, f32x4.splat(lr))))
  }
}
