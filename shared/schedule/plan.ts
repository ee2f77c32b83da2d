import { z } from 'zod'
import { parseOrExplain } from '../errors.ts'

/** The longest run a schedule is compiled for, in steps. */
export const maxSteps = 1e9

export interface SchedulePlan {
  /** Steps the run will take now. */
  totalSteps: number
  stepsPerEpoch: number
  /**
   * The budget at launch, which profiles stretch over; totalSteps when absent. A run that was extended has more
   * totalSteps than scheduleSteps, and keeps the same values at every step it had before.
   */
  scheduleSteps?: number | undefined
  /**
   * Where the run ended before it was extended, in steps of the run after its edits, ascending. Absent in plans stored
   * before it was kept.
   */
  earlierEnds?: readonly number[] | undefined
}

const steps = z.int().min(1).max(maxSteps)
const planSchema = z.object({
  totalSteps: steps,
  stepsPerEpoch: steps,
  scheduleSteps: steps.optional(),
})

/** @throws UserError when a count is not a whole number from 1 to 10⁹ */
export function checkPlan(plan: SchedulePlan): {
  totalSteps: number
  stepsPerEpoch: number
  horizon: number
} {
  const { totalSteps, stepsPerEpoch, scheduleSteps } = parseOrExplain(
    planSchema,
    plan,
    'planning the schedule',
  )
  return { totalSteps, stepsPerEpoch, horizon: scheduleSteps ?? totalSteps }
}
