import { UserError } from '../../shared/errors.ts'
import {
  checkRates,
  compileSchedule,
  type Extension,
  extendPlanBy,
  usualExtension,
} from '../../shared/schedule/index.ts'
import type { NewPlan, RunRecord } from '../store/types.ts'

/** The plan of a run that goes on. @throws UserError when its schedule has no more of what is asked for */
export function withExtension(run: RunRecord, by: Extension): NewPlan {
  const { schedule } = run.spec
  const plan = extendPlanBy(schedule, run.planned.plan, by, run.planned.edits)
  const compiled = compileSchedule(schedule, plan, run.planned.edits)
  checkRates(schedule, compiled)
  return { plan, totalSteps: compiled.totalSteps }
}

/** What a user can do with a run that has completed. */
export function waysOn(run: RunRecord): string {
  try {
    const by = usualExtension(run.spec.schedule, run.planned.plan)
    withExtension(run, by)
    return `extend it by more ${'cycles' in by ? 'cycles' : 'epochs'} to go on`
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return 'it has no further cycle, so start a new run with a larger budget to train for longer'
  }
}
