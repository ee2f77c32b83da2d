import { setImmediate } from 'node:timers/promises'

/** Which steps are timed. Of both, warm-up and measurement, at least one is taken. */
export interface TimedSpan {
  /** Before the clock starts: compilers and allocators settle in it. It ends with either. */
  readonly warmUp: Limit
  readonly measured: Limit
  /** Steps that are under way at once, as in a run: see Engine. */
  readonly stepsAhead: number
}

interface Limit {
  readonly steps?: number
  readonly milliseconds?: number
}

/** Milliseconds by the clock and of all processors. */
export interface StepTime {
  readonly wall: number
  readonly processor: number
}

/** Milliseconds. A first step that takes longer, where time is limited, is not taken a second time to leave out its warming up. */
const tooLongToRepeat = 10_000

/**
 * Times one step after another.
 * @param take begins a step; what it holds of the batch must be free by the time it returns
 */
export async function timeSteps(
  take: (step: number) => Promise<unknown>,
  { warmUp, measured, stepsAhead }: TimedSpan,
): Promise<StepTime[]> {
  const underWay: { readonly begun: Mark; readonly result: Promise<unknown> }[] = []
  const ends: Mark[] = []
  const times: StepTime[] = []
  const started = performance.now()
  let warmAt: number | undefined
  let warmEnds = 0
  for (let step = 0; !isOver(measured, times.length, warmAt); step++) {
    // Lets the end of the channel in: who asked may have lost interest.
    await setImmediate()
    const begun = mark()
    const result = take(step)
    // It is waited for later; until then it must not pass for an error that nobody wanted.
    result.catch(() => undefined)
    underWay.push({ begun, result })
    const first = underWay.length > stepsAhead ? underWay.shift() : undefined
    if (first === undefined) continue
    await first.result
    const end = mark()
    ends.push(end)
    if (warmAt !== undefined) {
      // The ends of steps that are under way together may come in bunches: a step's time is its share of a whole bunch,
      // and there is none before one has ended since the warm-up.
      const bunch = stepsAhead + 1
      if (++warmEnds < bunch) continue
      const from = stepsAhead === 0 ? first.begun : (ends.at(-1 - bunch) ?? first.begun)
      times.push(between(from, end, bunch))
    } else if (ends.length === 1 && isTooLong(first.begun, end, measured)) {
      return [between(first.begun, end, 1)]
    } else if (isOver(warmUp, ends.length, started)) {
      warmAt = end.wall
    }
  }
  await Promise.all(underWay.map(({ result }) => result))
  return times
}

const isTooLong = (begun: Mark, end: Mark, { milliseconds }: Limit): boolean =>
  milliseconds !== undefined && end.wall - begun.wall > tooLongToRepeat

type Mark = StepTime

function mark(): Mark {
  const { user, system } = process.cpuUsage()
  return { wall: performance.now(), processor: (user + system) / 1000 }
}

const between = (from: Mark, to: Mark, steps: number): StepTime => ({
  wall: (to.wall - from.wall) / steps,
  processor: (to.processor - from.processor) / steps,
})

function isOver({ steps, milliseconds }: Limit, taken: number, since: number | undefined): boolean {
  if (taken === 0 || since === undefined) return false
  if (steps !== undefined && taken >= steps) return true
  return milliseconds !== undefined && performance.now() - since >= milliseconds
}

/** The middle one, which a hiccup of the machine does not move, and the least. */
export function spread(values: readonly number[]): { median: number; min: number } {
  const sorted = values.toSorted((a, b) => a - b)
  return { median: sorted[sorted.length >> 1] ?? Number.NaN, min: sorted[0] ?? Number.NaN }
}
