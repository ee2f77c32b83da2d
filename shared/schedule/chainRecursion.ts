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
 *
 * That ratio is not defined where a factor comes back from 0, as a warm-up does from its first step: it gives the product
 * there too. PyTorch refuses most such factors. Where a cosine or a formula has lifted the rate above 0 meanwhile, a
 * factor that stays at 0 leaves that alone.
 *
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
  const next = createRecursion(tracks, recursion)
  const extendTo = (tick: number): void => {
    if (tick < known) return
    if (tick >= maxTicks) throw tooLong(tick + 1)
    if (tick >= table.length) table = grown(table, Math.min(maxTicks, Math.max(1024, 2 * tick)))
    for (; known <= tick; known++) {
      table[known] = base * next(known)
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

/** The product of the factors at tick 0, 1, 2, …, to be asked for in this order. */
function createRecursion(
  tracks: readonly Track[],
  { stepsPerTick, mayBeNegative }: Recursion,
): (tick: number) => number {
  const product = createProduct()
  return (tick) => {
    const step = tick * stepsPerTick
    const before = tick === 0 ? undefined : step - stepsPerTick
    for (const track of tracks) {
      const { advance } = track
      if (advance === undefined) product.multiply(track, step, before)
      else product.replace((value) => advance(value, step, before))
    }
    const value = product.value()
    if (!Number.isFinite(value) || (value < 0 && !mayBeNegative)) throw derailed(value, tick, mayBeNegative)
    return value
  }
}

/** A product that can be divided by its last factor though that was 0: factors at 0 are kept apart from the others. */
function createProduct() {
  /** The product of the factors that are not at 0. */
  let others = 1
  const atZero = new Set<Track>()
  /** Those that were at 0 when another factor set the product anew: they no longer hold it down. */
  const overruled = new Set<Track>()
  return {
    value: (): number => (atZero.size > 0 ? 0 : others),
    multiply(track: Track, step: number, before: number | undefined): void {
      const now = track.lr(step)
      if (atZero.has(track) || overruled.has(track)) {
        if (now === 0) return
        atZero.delete(track)
        overruled.delete(track)
        others *= now
        return
      }
      const last = before === undefined ? 1 : track.lr(before)
      if (now !== 0) others *= now / last
      else {
        others /= last
        atZero.add(track)
      }
    },
    replace(advance: (value: number) => number): void {
      const next = advance(atZero.size > 0 ? 0 : others)
      if (next === 0 && atZero.size > 0) {
        others = advance(others)
        return
      }
      others = next
      for (const track of atZero) overruled.add(track)
      atZero.clear()
    },
  }
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
