import type { RunSummary } from '../../../shared/api/runs.ts'
import { UserError } from '../../../shared/errors.ts'
import { isActive } from '../../../shared/run/state.ts'
import { extendPlan } from '../../../shared/schedule/index.ts'
import { count, counted } from '../../format/format.ts'

/** Whether one more cycle can be had of a run, with what it comes to or why not. */
export function extendWords(run: RunSummary): { readonly isPossible: boolean; readonly words: string } {
  if (run.status === 'queued' || run.status === 'created')
    return { isPossible: false, words: 'It has not begun yet: change its budget in a clone.' }
  const { plan, edits } = run.position
  try {
    const { totalSteps } = extendPlan(run.spec.schedule, plan, 1, edits)
    const more = totalSteps - plan.totalSteps
    const gain = `${counted(more, 'step')} more, to step ${count(run.totalSteps + more)}`
    // A trainer keeps the plan it was started with.
    const how = isActive(run.status) ? '; its trainer starts anew where it is' : ''
    return { isPossible: true, words: `${gain}${how}` }
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return { isPossible: false, words: error.message }
  }
}
