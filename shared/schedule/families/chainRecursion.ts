import { UserError } from '../../errors.ts'
import type { Context, RateRange, Track } from '../track.ts'

/** Ticks for which a recursion is tabulated: eight bytes each. */
const maxTicks = 4_000_000

/**
 * PyTorch 1.13's ChainedScheduler: at every tick each factor updates the current rate in turn. A factor multiplies it by
 * its own value over its value one tick before, so that the result is a product, except that a cosine moves the rate's
 * distance from lrEnd (CosineAnnealingLR), and a formula replaces the rate (LambdaLR).
 * The recursion has no closed form: it is tabulated over the budget, and holds its last rate beyond.
 * @throws UserError when the budget has more than four million ticks, or the recursion leaves the rates there are
 */
export function recursiveProduct(
  tracks: readonly Track[],
  base: number,
  stepsPerTick: number,
  context: Context,
): { lr: (step: number) => number; range: RateRange } {
  const ticks = Math.ceil(context.horizon / stepsPerTick)
  if (ticks > maxTicks) {
    throw new UserError(
      `While compiling the schedule: a recursive chain is tabulated and must have at most ${maxTicks} ticks (received ${ticks}); use combine "product".`,
    )
  }
  const table = new Float64Array(ticks)
  let lr = 1
  for (let tick = 0; tick < ticks; tick++) {
    const step = tick * stepsPerTick
    const before = tick === 0 ? undefined : step - stepsPerTick
    for (const track of tracks) lr = (track.advance ?? multiply(track))(lr, step, before)
    if (!Number.isFinite(lr) || lr < 0) throw derailed(lr, tick)
    table[tick] = base * lr
  }
  return {
    lr: (step) => table[Math.min(ticks - 1, Math.floor(step / stepsPerTick))] ?? 0,
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

function multiply(track: Track): NonNullable<Track['advance']> {
  return (lr, step, before) => {
    if (before === undefined) return lr * track.lr(step)
    const last = track.lr(before)
    // A factor that has come to rest at 0 leaves alone what others made of the rate since.
    return last === 0 ? lr : lr * (track.lr(step) / last)
  }
}
