import { UserError } from '../../errors.ts'
import { type Clock, makeClock, oneStepLate, type Update } from '../clock.ts'
import type { Endpoint } from '../fields.ts'
import { makeRestarts, type Restarts } from '../restarts.ts'
import { type Place, updateInterval, writeClock } from './place.ts'
import { steps } from './python.ts'

/** Cycles that restart, as sgdr and snapshot have them. */
export interface Cycles {
  /** Length of the first cycle in steps. */
  first: number
  multiplier: number
  /** Steps by which the clock lags behind. */
  late: 0 | 1
  endpoint: Endpoint
  update: Update
}

/** Lines that leave the progress through the current cycle in `u`, and an expression for the cycle's index. */
export function writeProgress(cycles: Cycles, place: Place): { lines: string[]; index: string } {
  const { lines, position } = writeClock(cycles.update, place, cycles.late)
  const even = evenSpan(cycles, place)
  if (even !== undefined) {
    const u = even > 0 ? `${position} % ${cycles.first} / ${even}` : '0.0'
    return { lines: [...lines, `u = ${u}`], index: `(${position} // ${cycles.first})` }
  }
  const ticks = makeClock(cycles.update, place.context)
  const clock = cycles.late === 0 ? ticks : oneStepLate(ticks)
  const restarts = makeRestarts(cycles.first, cycles.multiplier)
  const listed = listCycles(restarts, clock, cycles.endpoint, place.limit)
  const starts = place.file.list(
    'CYCLE_STARTS',
    listed.map(({ start }) => steps(start)),
  )
  const begins = listed.every(({ start, begin }) => start === begin)
    ? starts
    : place.file.list(
        'CYCLE_FIRST_STEPS',
        listed.map(({ begin }) => steps(begin)),
      )
  const spans = place.file.list(
    'CYCLE_SPANS',
    listed.map(({ span }) => steps(span)),
  )
  const since = `${position} - ${begins}[cycle]`
  // The first step of a cycle may come after its start only where updates decide, and a clock is late.
  const done = cycles.endpoint === 'exclusive' ? `(${since})` : `max(0.0, ${since})`
  return {
    lines: [
      ...lines,
      `cycle = bisect.bisect_right(${starts}, ${position}) - 1`,
      `u = min(1.0, ${done} / ${spans}[cycle])`,
    ],
    index: 'cycle',
  }
}

/** The steps from highest to lowest in cycles of equal, whole length that need no list; undefined for others. */
function evenSpan(
  { first, multiplier, late, endpoint, update }: Cycles,
  { context }: Place,
): number | undefined {
  if (multiplier !== 1 || !Number.isInteger(first)) return undefined
  return late === 1 && endpoint !== 'exclusive' ? undefined : evenLength(first, endpoint, update, context)
}

/**
 * From the start of a cycle to the point where it is lowest, for cycles of whole length; undefined where updates do not
 * fall on its boundaries, so that this differs from cycle to cycle.
 */
export function evenLength(
  cycle: number,
  endpoint: Endpoint,
  update: Update,
  context: Place['context'],
): number | undefined {
  if (endpoint === 'exclusive') return cycle
  const every = updateInterval(update, context)
  if (every === undefined || cycle % every !== 0) return undefined
  return endpoint === 'inclusive' ? cycle - 1 : cycle - every
}

/** Cycles that a file may list. */
const maxCycles = 100_000

interface ListedCycle {
  start: number
  begin: number
  span: number
}

/** The cycles that begin before step `limit`, by the rules of progressAt; a cycle of no span stays at its start. */
function listCycles(restarts: Restarts, clock: Clock, endpoint: Endpoint, limit: number): ListedCycle[] {
  return cycleStarts(restarts, limit).map((start, index) => {
    if (endpoint === 'exclusive') return { start, begin: start, span: restarts.length(index) }
    const begin = clock.firstStepAt(start)
    const last = clock.firstStepAt(restarts.start(index + 1)) - 1
    const span = (endpoint === 'inclusive' ? last : clock.position(last)) - begin
    return { start, begin, span: span > 0 ? span : Number.POSITIVE_INFINITY }
  })
}

/** @throws UserError where there are too many to list */
export function cycleStarts(restarts: Restarts, limit: number): number[] {
  const starts: number[] = []
  for (let index = 0; restarts.start(index) < limit; index++) {
    if (index >= maxCycles) {
      throw new UserError(
        `While exporting the schedule: cycles of uneven length are listed one by one, and there are more than ${maxCycles}; give cycles of whole steps, or a shorter run.`,
      )
    }
    starts.push(restarts.start(index))
  }
  return starts
}
