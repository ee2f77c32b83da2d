import { UserError } from '../../shared/errors.ts'
import { compileSchedule, extendPlan } from '../../shared/schedule/index.ts'
import type { NewPlan, RunRecord } from '../store/types.ts'

/** The plan of a run that goes on for more cycles. @throws UserError when its schedule does not restart */
export function withMoreCycles(run: RunRecord, cycles: number): NewPlan {
  const { schedule } = run.spec
  const plan = extendPlan(schedule, run.position.plan, cycles, run.position.edits)
  return { plan, totalSteps: compileSchedule(schedule, plan, run.position.edits).totalSteps }
}

/** What a user can do with a run that has completed. */
export function waysOn(run: RunRecord): string {
  try {
    withMoreCycles(run, 1)
    return 'extend it by more cycles to go on'
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return 'it has no further cycle, so start a new run with a larger budget to train for longer'
  }
}
