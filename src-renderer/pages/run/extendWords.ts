import type { RunSummary } from '../../../shared/api/runs.ts'
import { UserError } from '../../../shared/errors.ts'
import { isActive } from '../../../shared/run/state.ts'
import { extendPlan } from '../../../shared/schedule/index.ts'
import { count, counted } from '../../format/format.ts'

interface Extension {
  readonly isPossible: boolean
  /** What there would be more of. */
  readonly label: string
  /** What it comes to, or why it cannot be had. */
  readonly words: string
}

const label = 'One more cycle'

/** Whether a run can be made longer by a cycle. */
export function extendWords(run: RunSummary): Extension {
  if (run.status === 'queued' || run.status === 'created')
    return { isPossible: false, label, words: 'It has not begun yet: change its budget in a clone.' }
  const { plan, edits } = run.position
  try {
    const { totalSteps } = extendPlan(run.spec.schedule, plan, 1, edits)
    const more = totalSteps - plan.totalSteps
    const gain = `${counted(more, 'step')} more, to step ${count(run.totalSteps + more)}`
    // A trainer keeps the plan it was started with.
    const how = isActive(run.status) ? '; its trainer starts anew where it is' : ''
    return { isPossible: true, label, words: `${gain}${how}` }
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return { isPossible: false, label, words: error.message }
  }
}
