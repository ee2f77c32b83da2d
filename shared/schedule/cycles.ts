import { bisector } from 'd3-array'
import { spanOf, type Timeline } from './timeline.ts'

export interface Cycle {
  /** From 0. */
  index: number
  start: number
  /** One past its last step, within the plan. */
  end: number
  /** One past its last step as planned: later than `end` where the budget or the next piece of a sequence cuts it short. */
  plannedEnd: number
  complete: boolean
  /** The last step of a complete cycle, after which its snapshot is taken; none for a cycle cut short. */
  snapshotStep?: number
}

/** A schedule may have a cycle per step for 10⁹ steps; the list stops here. */
export const maxListedCycles = 100_000

/** The cycles of a run, which tile its steps without gap or overlap (the first `maxListedCycles` of them). */
export function listCycles(line: Timeline): readonly Cycle[] {
  const cycles: Cycle[] = []
  let cycle = cycleAfter(line, undefined)
  while (cycle !== undefined && cycles.length < maxListedCycles) {
    cycles.push(cycle)
    cycle = cycleAfter(line, cycle)
  }
  return cycles
}

/** The first cycle, or the one after `before`; undefined where the run ends. */
function cycleAfter(line: Timeline, before: Cycle | undefined): Cycle | undefined {
  const start = before?.end ?? 0
  if (start >= line.totalSteps) return undefined
  const span = spanOf(line, start)
  const end = Math.min(span.end, line.totalSteps)
  // An open cycle is planned to last as long as the run.
  const plannedEnd = Number.isFinite(span.plannedEnd) ? span.plannedEnd : end
  const complete = end >= plannedEnd
  const index = before === undefined ? 0 : before.index + 1
  return { index, start, end, plannedEnd, complete, ...(complete && { snapshotStep: end - 1 }) }
}

/**
 * Finds the cycle that holds a step, with its number, however many there are: among those listed by bisection, beyond them
 * by going on from the one found last, so that a run asking step by step pays for each cycle once.
 */
export function createCycleFinder(
  line: Timeline,
  listed: () => readonly Cycle[],
): (step: number) => Cycle | undefined {
  let last: Cycle | undefined
  return (step) => {
    const known = findCycle(listed(), step)
    if (known !== undefined) return known
    let cycle = last !== undefined && last.start <= step ? last : listed().at(-1)
    while (cycle !== undefined && cycle.end <= step) cycle = cycleAfter(line, cycle)
    last = cycle
    return cycle
  }
}

const byEnd = bisector((cycle: Cycle) => cycle.end)

/** The listed cycle that holds `step`, found by bisection. */
function findCycle(cycles: readonly Cycle[], step: number): Cycle | undefined {
  return cycles[byEnd.right(cycles, step)]
}
