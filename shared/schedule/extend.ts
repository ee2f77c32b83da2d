import { UserError } from '../errors.ts'
import { readsBudget } from './children.ts'
import type { ScheduleEdit } from './edits.ts'
import { maxSteps, type SchedulePlan } from './plan.ts'
import { makeTimeline } from './plannedTimeline.ts'
import type { ScheduleSpec } from './spec.ts'
import { spanOf, type Timeline } from './timeline.ts'
import type { Span } from './track.ts'

/** By how much a run is to grow: whole cycles where its schedule restarts, time where nothing in it depends on the budget. */
export type Extension = { readonly cycles: number } | { readonly epochs: number } | { readonly steps: number }

/** @throws UserError where the schedule cannot grow so */
export function extendPlanBy(
  spec: ScheduleSpec,
  plan: SchedulePlan,
  by: Extension,
  edits: readonly ScheduleEdit[] = [],
): SchedulePlan {
  if ('cycles' in by) return extendPlan(spec, plan, by.cycles, edits)
  const steps = 'epochs' in by ? Math.round(by.epochs * plan.stepsPerEpoch) : by.steps
  if (!Number.isInteger(steps) || steps < 1) {
    const asked = 'epochs' in by ? `${by.epochs} epochs` : `${by.steps} steps`
    throw new UserError(
      `While extending the schedule: the run must grow by at least one whole step (received ${asked}).`,
    )
  }
  return extendBySteps(spec, plan, steps, edits)
}

/** What one more press adds: a cycle, or a quarter of the budget in epochs where the schedule goes on as it is. */
export function usualExtension(spec: ScheduleSpec, plan: SchedulePlan): Extension {
  if (!goesOn(spec, plan)) return { cycles: 1 }
  const budget = (plan.scheduleSteps ?? plan.totalSteps) / plan.stepsPerEpoch
  return { epochs: Math.max(1, Math.round(budget / 4)) }
}

/** Whether a schedule goes on beyond its budget by itself: it has no cycles to be completed, and never asks how long it is. */
const goesOn = (spec: ScheduleSpec, plan: SchedulePlan): boolean =>
  followedByOpen(spec, plan) && !readsBudget(spec)

/** Whether a run that ends at step `end` ends in a cycle that lasts as long as the run, whatever that is. */
export const endsOpen = (spec: ScheduleSpec, plan: SchedulePlan, end: number): boolean =>
  spanOf(makeTimeline(spec, plan, []), end - 1).end === Number.POSITIVE_INFINITY

/**
 * Whether the steps after a plan's end belong to such a cycle. Where a cycle ends just there, that is for the one that
 * would begin to say.
 */
function followedByOpen(spec: ScheduleSpec, plan: SchedulePlan): boolean {
  const next = spanAfter(makeTimeline(spec, plan, []), plan.totalSteps)
  return next.end === Number.POSITIVE_INFINITY
}

/** The cycle cut at `end`, or the next one where a cycle ends there. */
function spanAfter(line: Timeline, end: number): Span {
  const current = spanOf(line, end - 1)
  return current.end > end ? current : spanOf(line, end)
}

function extendBySteps(
  spec: ScheduleSpec,
  plan: SchedulePlan,
  steps: number,
  edits: readonly ScheduleEdit[],
): SchedulePlan {
  const line = makeTimeline(spec, plan, edits)
  if (!followedByOpen(spec, plan)) {
    throw new UserError(
      `While extending the schedule: a ${spec.kind} schedule has cycles; extend it by cycles, so that the last one is whole.`,
    )
  }
  if (readsBudget(spec)) {
    throw new UserError(
      `While extending the schedule: a ${spec.kind} schedule that is planned over its budget has nothing to go on with after it; start a new run with a larger budget instead.`,
    )
  }
  const longer = grown(plan, line, plan.totalSteps + steps)
  if (longer.totalSteps > maxSteps) {
    throw new UserError(
      `While extending the schedule: ${steps} more steps would make the run longer than ${maxSteps} steps; ask for fewer.`,
    )
  }
  if (makeTimeline(spec, longer, edits).totalSteps !== line.totalSteps + steps) {
    throw new UserError(
      `While extending the schedule: the run was annealed to its end at step ${line.totalSteps}, and nothing follows that; start a new run instead.`,
    )
  }
  return longer
}

/** The plan with another end: what is planned stays as it was at launch. */
const grown = (plan: SchedulePlan, line: Timeline, totalSteps: number): SchedulePlan => ({
  totalSteps,
  stepsPerEpoch: plan.stepsPerEpoch,
  scheduleSteps: plan.scheduleSteps ?? plan.totalSteps,
  earlierEnds: [...(plan.earlierEnds ?? []), line.totalSteps],
})

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
  for (let i = 0; i < cycles && end <= maxSteps; i++) end = cycleEndAfter(line, end, spec, plan)
  if (end > maxSteps || end + line.removed > maxSteps) {
    throw new UserError(
      `While extending the schedule: ${cycles} more cycles would make the run longer than ${maxSteps} steps; ask for fewer.`,
    )
  }
  return grown(plan, line, end + line.removed)
}

/** The end of the cycle cut at `end`, or of the next one where a cycle ends there. */
function cycleEndAfter(line: Timeline, end: number, spec: ScheduleSpec, plan: SchedulePlan): number {
  const next = spanAfter(line, end)
  if (Number.isFinite(next.end) && next.end > end) return next.end
  const instead = goesOn(spec, plan)
    ? 'extend it by epochs or steps instead'
    : 'start a new run with a larger budget instead'
  throw new UserError(
    `While extending the schedule: a ${spec.kind} schedule has no further cycle after step ${end}: it does not restart; ${instead}.`,
  )
}

/** A budget, in steps and in epochs. */
export interface Budget {
  totalSteps: number
  epochs: number
}

/**
 * The budgets around the plan's that end where a cycle ends, the shorter one first: for "make the budget 70 or 150 epochs?".
 * Empty where the last cycle is whole already, or no such budget is found (profiles that stretch over the budget move
 * with it).
 */
export function wholeCyclesBudgets(spec: ScheduleSpec, plan: SchedulePlan): Budget[] {
  const line = makeTimeline(spec, plan, [])
  if (endsWhole(line)) return []
  const last = spanOf(line, line.totalSteps - 1)
  return (
    [last.start, last.plannedEnd]
      .filter((steps) => steps >= 1 && steps <= maxSteps)
      // A run of another budget is planned over that.
      .filter((totalSteps) =>
        endsWhole(makeTimeline(spec, { totalSteps, stepsPerEpoch: plan.stepsPerEpoch }, [])),
      )
      .map((totalSteps) => ({ totalSteps, epochs: totalSteps / plan.stepsPerEpoch }))
  )
}

/** The nearest of them. */
export function wholeCyclesBudget(spec: ScheduleSpec, plan: SchedulePlan): Budget | undefined {
  const distance = ({ totalSteps }: Budget): number => Math.abs(totalSteps - plan.totalSteps)
  return wholeCyclesBudgets(spec, plan).toSorted((a, b) => distance(a) - distance(b))[0]
}

function endsWhole(line: Timeline): boolean {
  const { end, plannedEnd } = spanOf(line, line.totalSteps - 1)
  return end === Number.POSITIVE_INFINITY || (end === line.totalSteps && plannedEnd === end)
}
