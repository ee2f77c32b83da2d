import { UserError } from '../errors.ts'
import type { ScheduleEdit } from './edits.ts'
import { maxSteps, type SchedulePlan } from './plan.ts'
import { makeTimeline } from './plannedTimeline.ts'
import type { ScheduleSpec } from './spec.ts'
import { spanOf, type Timeline } from './timeline.ts'

/**
 * The plan that runs to the end of `cycles` more whole cycles under the same schedule. Where the budget cut the last cycle
 * short, the first of them is the rest of that one.
 * @throws UserError when the schedule has no further cycle, `cycles` is not a whole number from 1, or the run grows too long
 */
export function extendPlan(
  spec: ScheduleSpec,
  plan: SchedulePlan,
  cycles: number,
  edits: readonly ScheduleEdit[] = [],
): SchedulePlan {
  if (!Number.isInteger(cycles) || cycles < 1 || cycles > 1e6) {
    throw new UserError(
      `While extending the schedule: the number of cycles must be a whole number from 1 to 1000000 (received ${cycles}).`,
    )
  }
  const line = makeTimeline(spec, plan, edits)
  let end = line.totalSteps
  for (let i = 0; i < cycles && end <= maxSteps; i++) end = cycleEndAfter(line, end, spec)
  if (end > maxSteps || end + line.removed > maxSteps) {
    throw new UserError(
      `While extending the schedule: ${cycles} more cycles would make the run longer than ${maxSteps} steps; ask for fewer.`,
    )
  }
  return {
    totalSteps: end + line.removed,
    stepsPerEpoch: plan.stepsPerEpoch,
    scheduleSteps: plan.scheduleSteps ?? plan.totalSteps,
    earlierEnds: [...(plan.earlierEnds ?? []), line.totalSteps],
  }
}

/** The end of the cycle cut at `end`, or of the next one where a cycle ends there. */
function cycleEndAfter(line: Timeline, end: number, spec: ScheduleSpec): number {
  const current = spanOf(line, end - 1)
  const next = current.end > end ? current : spanOf(line, end)
  if (Number.isFinite(next.end) && next.end > end) return next.end
  throw new UserError(
    `While extending the schedule: a ${spec.kind} schedule has no further cycle after step ${end}: it does not restart; start a new run with a larger budget instead.`,
  )
}

/** A budget, in steps and in epochs. */
export interface Budget {
  totalSteps: number
  epochs: number
}

/**
 * The budgets around the plan's that end where a cycle ends, the nearest first, for "make the budget 150 epochs?". Empty
 * where the last cycle is whole already, or no such budget is found (profiles that stretch over the budget move with it).
 */
export function wholeCyclesBudgets(spec: ScheduleSpec, plan: SchedulePlan): Budget[] {
  const line = makeTimeline(spec, plan, [])
  if (endsWhole(line)) return []
  const last = spanOf(line, line.totalSteps - 1)
  const { stepsPerEpoch } = plan
  return (
    [last.start, last.plannedEnd]
      .filter((steps) => steps >= 1 && steps <= maxSteps)
      .sort((a, b) => Math.abs(a - line.totalSteps) - Math.abs(b - line.totalSteps))
      // A run of another budget: what stretches over the budget stretches over that one.
      .filter((totalSteps) => endsWhole(makeTimeline(spec, { totalSteps, stepsPerEpoch }, [])))
      .map((totalSteps) => ({ totalSteps, epochs: totalSteps / stepsPerEpoch }))
  )
}

function endsWhole(line: Timeline): boolean {
  const { end, plannedEnd } = spanOf(line, line.totalSteps - 1)
  return end === Number.POSITIVE_INFINITY || (end === line.totalSteps && plannedEnd === end)
}
