import type { CommandOutcome, RunSummary } from '../../../shared/api/runs.ts'
import { UserError } from '../../../shared/errors.ts'
import { isActive } from '../../../shared/run/state.ts'
import { type Extension, extendPlanBy, usualExtension } from '../../../shared/schedule/index.ts'
import { count, counted } from '../../format/format.ts'

interface Growth {
  readonly isPossible: boolean
  /** What there would be more of. */
  readonly label: string
  /** What it comes to, or why it cannot be had. */
  readonly words: string
  /** What to ask for. */
  readonly by: Extension
}

/** Whether a run can be made longer: by a cycle, or by epochs where its schedule goes on as it is. */
export function extendWords(run: RunSummary): Growth {
  const { plan, edits } = run.planned
  const by = usualExtension(run.spec.schedule, plan)
  const label = extensionLabel(by)
  if (run.status === 'queued' || run.status === 'created')
    return { isPossible: false, label, by, words: 'It has not begun yet: change its budget in a clone.' }
  try {
    const { totalSteps } = extendPlanBy(run.spec.schedule, plan, by, edits)
    const more = totalSteps - plan.totalSteps
    const gain = `${counted(more, 'step')} more, to step ${count(run.totalSteps + more)}`
    // A trainer keeps the plan it was started with.
    const how = isActive(run.status) ? '; its trainer starts anew where it is' : ''
    return { isPossible: true, label, by, words: `${gain}${how}` }
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return { isPossible: false, label, by, words: error.message }
  }
}

/** "One more cycle", "5 more epochs". */
function extensionLabel(by: Extension): string {
  const [amount, unit] =
    'cycles' in by ? [by.cycles, 'cycle'] : 'epochs' in by ? [by.epochs, 'epoch'] : [by.steps, 'step']
  return amount === 1 ? `One more ${unit}` : `${count(amount)} more ${unit}s`
}

/** Of an extension whose stop has not come about: nobody goes on with it when that does. */
export function notExtended(stop: CommandOutcome): CommandOutcome | undefined {
  if (stop.outcome === 'obeyed') return undefined
  if (stop.outcome === 'refused') return stop
  return {
    outcome: 'refused',
    reason: `The run has to stop first, and that order waits: extend the run when it has stopped. ${stop.reason}`,
  }
}
