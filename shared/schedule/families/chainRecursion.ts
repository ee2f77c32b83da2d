import { UserError } from '../../errors.ts'
import { unitSteps } from '../clock.ts'
import type { ScheduleSpec } from '../spec.ts'
import type { Context, RateRange, Track } from '../track.ts'
import type { ChainSpec } from './chain.ts'

/** Ticks for which a recursion is tabulated: eight bytes each. */
const maxTicks = 4_000_000

/** One tick: the rate before, and the tick's number from 0, give the rate after. */
type Recursion = (lr: number, tick: number) => number

/**
 * PyTorch 1.13's ChainedScheduler: at every tick each factor updates the current rate in turn. A factor multiplies it by
 * its own value over its value one tick before, so that the result is a product, except that a cosine moves the rate's
 * distance from lrEnd (CosineAnnealingLR), and a formula replaces the rate (LambdaLR).
 * The recursion has no closed form: it is tabulated over the budget, and holds its last rate beyond.
 * @throws UserError when the budget has more than four million ticks, or the recursion leaves the rates there are
 */
export function recursiveProduct(
  spec: ChainSpec,
  tracks: readonly Track[],
  context: Context,
): { lr: (step: number) => number; range: RateRange } {
  const every = spec.tick === 'epoch' ? context.stepsPerEpoch : 1
  const ticks = Math.ceil(context.horizon / every)
  if (ticks > maxTicks) {
    throw new UserError(
      `While compiling the schedule: a recursive chain is tabulated and must have at most ${maxTicks} ticks (received ${ticks}); use combine "product".`,
    )
  }
  const recursions = tracks.map((track, i) => recursionOf(spec.factors[i], track, every, context))
  const table = new Float64Array(ticks)
  let lr = 1
  for (let tick = 0; tick < ticks; tick++) {
    for (const advance of recursions) lr = advance(lr, tick)
    if (!Number.isFinite(lr) || lr < 0) throw derailed(lr, tick)
    table[tick] = spec.lr * lr
  }
  return {
    lr: (step) => table[Math.min(ticks - 1, Math.floor(step / every))] ?? 0,
    range: table.reduce(
      ({ lrMin, lrMax }, value) => ({ lrMin: Math.min(lrMin, value), lrMax: Math.max(lrMax, value) }),
      { lrMin: Number.POSITIVE_INFINITY, lrMax: 0 },
    ),
  }
}

function derailed(factor: number, tick: number): UserError {
  return new UserError(
    `While compiling the schedule: a recursive chain must give a finite rate of at least 0 at every tick (its factor at tick ${tick} is ${factor}); use combine "product".`,
  )
}

function recursionOf(
  spec: ScheduleSpec | undefined,
  track: Track,
  every: number,
  context: Context,
): Recursion {
  const value = (tick: number): number => track.lr(tick * every)
  if (spec?.kind === 'formula') return (_, tick) => value(tick)
  if (spec?.kind === 'cosine' && spec.afterEnd === 'mirror') {
    const steps = spec.length === undefined ? context.horizon : spec.length * unitSteps(spec.unit, context)
    return cosineRecursion(spec.lrStart, spec.lrEnd, steps / every)
  }
  return (lr, tick) => {
    if (tick === 0) return lr * value(0)
    const before = value(tick - 1)
    // A factor that has come to rest at 0 leaves alone what others made of the rate since.
    return before === 0 ? lr : lr * (value(tick) / before)
  }
}

/** CosineAnnealingLR.get_lr: `length` is T_max in ticks. */
function cosineRecursion(base: number, lowest: number, length: number): Recursion {
  const height = (tick: number): number => 1 + Math.cos((Math.PI * tick) / length)
  return (lr, tick) => {
    if (tick === 0) return lr
    if ((tick - 1 + length) % (2 * length) === 0) {
      return lr + ((base - lowest) * (1 - Math.cos(Math.PI / length))) / 2
    }
    return (height(tick) / height(tick - 1)) * (lr - lowest) + lowest
  }
}
