import { UserError } from '../errors.ts'
import type { RateRange, Track } from './track.ts'

/** Ticks for which a recursion is tabulated: eight bytes each. */
const maxTicks = 4_000_000

interface Recursion {
  base: number
  stepsPerTick: number
  /** Whether the rate may go below 0, as PyTorch lets it. */
  mayBeNegative: boolean
}

/**
 * PyTorch 1.13's ChainedScheduler: at every tick each factor updates the current rate in turn. A factor multiplies it by
 * its own value over its value one tick before, so that the result is a product, except that a cosine moves the rate's
 * distance from lrEnd (CosineAnnealingLR), and a formula replaces the rate (LambdaLR).
 * The recursion has no closed form: it is tabulated as far as it is asked for, and each tick is computed once.
 * `lr` and `range` throw UserError past four million ticks, or where the recursion leaves the rates there are.
 */
export function recursiveProduct(
  tracks: readonly Track[],
  recursion: Recursion,
): { lr: (step: number) => number; range: (steps: number) => RateRange } {
  const { base, stepsPerTick } = recursion
  let table = new Float64Array(0)
  let known = 0
  let factor = 1
  const extendTo = (tick: number): void => {
    if (tick < known) return
    if (tick >= maxTicks) throw tooLong(tick + 1)
    if (tick >= table.length) table = grown(table, Math.min(maxTicks, Math.max(1024, 2 * tick)))
    for (; known <= tick; known++) {
      factor = nextFactor(tracks, factor, known, recursion)
      table[known] = base * factor
    }
  }
  const lr = (step: number): number => {
    const tick = Math.floor(step / stepsPerTick)
    extendTo(tick)
    return table[tick] ?? 0
  }
  const range = (steps: number): RateRange => {
    const ticks = Math.ceil(steps / stepsPerTick)
    extendTo(ticks - 1)
    let [lrMin, lrMax] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
    for (const value of table.subarray(0, ticks)) {
      lrMin = Math.min(lrMin, value)
      lrMax = Math.max(lrMax, value)
    }
    return { lrMin, lrMax }
  }
  return { lr, range }
}

function nextFactor(
  tracks: readonly Track[],
  factor: number,
  tick: number,
  { stepsPerTick, mayBeNegative }: Recursion,
): number {
  const step = tick * stepsPerTick
  const before = tick === 0 ? undefined : step - stepsPerTick
  let next = factor
  for (const track of tracks) next = (track.advance ?? multiply(track))(next, step, before)
  if (!Number.isFinite(next) || (next < 0 && !mayBeNegative)) throw derailed(next, tick, mayBeNegative)
  return next
}

function grown(table: Float64Array, length: number): Float64Array<ArrayBuffer> {
  const longer = new Float64Array(length)
  longer.set(table)
  return longer
}

function tooLong(ticks: number): UserError {
  return new UserError(
    `While compiling the schedule: a recursive chain is tabulated and must have at most ${maxTicks} ticks (received ${ticks}); use combine "product".`,
  )
}

function derailed(factor: number, tick: number, mayBeNegative: boolean): UserError {
  const rule = mayBeNegative ? 'a finite rate' : 'a finite rate of at least 0'
  return new UserError(
    `While compiling the schedule: a recursive chain must give ${rule} at every tick (its factor at tick ${tick} is ${factor}); use combine "product".`,
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
