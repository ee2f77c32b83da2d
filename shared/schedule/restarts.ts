import { UserError } from '../errors.ts'
import { type Clock, snap } from './clock.ts'
import type { Endpoint } from './fields.ts'
import type { Span } from './track.ts'

/** Several cycles within one step are of no use, and far shorter ones would drown in rounding. */
const shortestCycle = 0.01

/** Cycles one after the other from position 0, each `multiplier` times as long as the one before. */
export interface Restarts {
  /** 0-based index of the cycle that holds a position; a boundary belongs to the new cycle. */
  indexAt(position: number): number
  /** The position where cycle `index` begins. */
  start(index: number): number
  length(index: number): number
}

/** @param first length of cycle 0, in steps, may be fractional · @param multiplier at least 1 */
export function makeRestarts(first: number, multiplier: number): Restarts {
  if (first < shortestCycle) {
    throw new UserError(
      `While compiling the schedule: a cycle must last at least ${shortestCycle} steps (received ${first}); make it longer.`,
    )
  }
  if (multiplier === 1) {
    const start = (index: number): number => snap(index * first)
    return {
      start,
      length: () => first,
      indexAt: (position) => settle(Math.floor(position / first), position, start),
    }
  }
  const logMultiplier = Math.log1p(multiplier - 1)
  // Integers are exact as powers; near 1 a power minus 1 would lose its digits.
  const grown = Number.isInteger(multiplier)
    ? (index: number) => multiplier ** index - 1
    : (index: number) => Math.expm1(index * logMultiplier)
  const start = (index: number): number => snap((first * grown(index)) / (multiplier - 1))
  return {
    start,
    length: (index) => first * multiplier ** index,
    indexAt: (position) =>
      settle(Math.floor(Math.log1p((position * (multiplier - 1)) / first) / logMultiplier), position, start),
  }
}

/** The estimate of a cycle's index, corrected by at most a few so that it agrees with the starts to the last bit. */
function settle(estimate: number, position: number, start: (index: number) => number): number {
  let index = Math.max(0, estimate)
  while (index > 0 && start(index) > position) index--
  while (start(index + 1) <= position) index++
  return index
}

/** The span of the cycle that holds `step`. */
export function spanAt(restarts: Restarts, clock: Clock, step: number): Span {
  const index = restarts.indexAt(clock.position(step))
  const end = clock.firstStepAt(restarts.start(index + 1))
  return { start: clock.firstStepAt(restarts.start(index)), end, plannedEnd: end }
}

/** Progress in [0, 1] through the cycle that holds `step`, and the cycle's index. */
export function progressAt(
  restarts: Restarts,
  clock: Clock,
  endpoint: Endpoint,
  step: number,
): { index: number; u: number } {
  const position = clock.position(step)
  const index = restarts.indexAt(position)
  if (endpoint === 'exclusive') {
    return { index, u: clamp01((position - restarts.start(index)) / restarts.length(index)) }
  }
  const start = clock.firstStepAt(restarts.start(index))
  const last = clock.firstStepAt(restarts.start(index + 1)) - 1
  const span = (endpoint === 'inclusive' ? last : clock.position(last)) - start
  return { index, u: span > 0 ? clamp01((position - start) / span) : 0 }
}

export const clamp01 = (value: number): number => Math.min(1, Math.max(0, value))
