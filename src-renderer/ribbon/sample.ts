import type { CompiledSchedule } from '../../shared/schedule/index.ts'

/** Plans as short as this are drawn whole. */
const wholeSteps = 1200
/** Steps looked at evenly over longer ones; with the ends of their cycles they make the curve. */
const evenSteps = 400
/** Cycles whose ends are drawn; of more, every second, third … is: left out anywhere, even steps alone draw waves that are not there. */
const maxDrawnCycles = 500

export interface SampledRates {
  readonly steps: readonly number[]
  readonly rates: readonly number[]
}

/**
 * The curve of a schedule in a few hundred points: even steps, both ends of every cycle, and around a jump between two even
 * steps the step it happens at, so that stairs stay upright.
 */
export function sampleRates(schedule: CompiledSchedule): SampledRates {
  const lr = (step: number): number => schedule.at(step).lr
  const wanted = wantedSteps(schedule)
  const steps: number[] = []
  const rates: number[] = []
  const push = (step: number, rate: number): void => {
    steps.push(step)
    rates.push(rate)
  }
  const span = Math.abs(schedule.range.lrMax - schedule.range.lrMin)
  for (const step of wanted) {
    const rate = lr(step)
    const before = steps.at(-1)
    const rateBefore = rates.at(-1)
    if (before !== undefined && rateBefore !== undefined && step - before > 1) {
      if (Math.abs(rate - rateBefore) > 0.1 * span) addJump(lr, before, step, push)
    }
    push(step, rate)
  }
  return { steps, rates }
}

function wantedSteps({ totalSteps, cycles }: CompiledSchedule): number[] {
  const last = totalSteps - 1
  const wanted = new Set<number>()
  const count = totalSteps <= wholeSteps ? totalSteps : evenSteps
  for (let i = 0; i < count; i++) wanted.add(count === 1 ? 0 : Math.round((i * last) / (count - 1)))
  for (const { start, end } of thinned(cycles, maxDrawnCycles)) {
    wanted.add(start)
    wanted.add(end - 1)
  }
  return [...wanted].sort((a, b) => a - b)
}

/** Evenly chosen ones of a list, at most so many. */
export function thinned<T>(all: readonly T[], most: number): readonly T[] {
  const stride = Math.ceil(all.length / most)
  return stride <= 1 ? all : all.filter((_, i) => i % stride === 0)
}

/** Places of a list, evenly taken and at most so many: the first, the last and those to keep are always among them. */
export function evenPlaces(length: number, most: number, keep: readonly number[] = []): number[] {
  if (length <= most) return Array.from({ length }, (_, i) => i)
  const places = new Set(keep)
  const last = most - keep.length - 1
  for (let i = 0; i <= last; i++) places.add(Math.round((i * (length - 1)) / last))
  return [...places].sort((a, b) => a - b)
}

/** By bisection: the two neighbouring steps between `from` and `to` over which most of the change happens. */
function addJump(
  lr: (step: number) => number,
  from: number,
  to: number,
  push: (step: number, rate: number) => void,
): void {
  let low = from
  let high = to
  while (high - low > 1) {
    const middle = (low + high) >>> 1
    const here = lr(middle)
    if (Math.abs(here - lr(low)) > Math.abs(lr(high) - here)) high = middle
    else low = middle
  }
  if (low > from) push(low, lr(low))
  if (high < to) push(high, lr(high))
}
