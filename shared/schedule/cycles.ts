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
  /** The last step of a complete cycle, whose rate is the lowest of its fall; none for a cycle cut short. */
  snapshotStep?: number
}

/** A schedule may have a cycle per step for 10⁹ steps; the list stops here. */
export const maxListedCycles = 100_000

/** The cycles of a run, which tile its steps without gap or overlap (the first `maxListedCycles` of them). */
export function listCycles(line: Timeline): readonly Cycle[] {
  const cycles: Cycle[] = []
  for (let start = 0; start < line.totalSteps && cycles.length < maxListedCycles; ) {
    const span = spanOf(line, start)
    const end = Math.min(span.end, line.totalSteps)
    // An open cycle is planned to last as long as the run.
    const plannedEnd = Number.isFinite(span.plannedEnd) ? span.plannedEnd : end
    const complete = end >= plannedEnd
    cycles.push({
      index: cycles.length,
      start,
      end,
      plannedEnd,
      complete,
      ...(complete && { snapshotStep: end - 1 }),
    })
    start = end
  }
  return cycles
}

/** The listed cycle that holds `step`, found by bisection. */
export function findCycle(cycles: readonly Cycle[], step: number): Cycle | undefined {
  let low = 0
  let high = cycles.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((cycles[middle]?.end ?? 0) <= step) low = middle + 1
    else high = middle
  }
  return cycles[low]
}
