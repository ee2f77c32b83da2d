import type { RunSummary } from '../../shared/api/runs.ts'
import { isOurs } from '../../shared/run/kind.ts'
import { modelText } from '../../shared/run/modelText.ts'
import type { RunSpec } from '../../shared/run/spec.ts'
import { scheduleLabel } from '../../shared/schedule/index.ts'
import { count, rate, thin } from './format.ts'

export { optimizerText } from '../../shared/run/optimizerText.ts'

/* The parts of a run spec in a word or two each, as they stand in tables and headers. */

/** A schedule in a word or two: "SGDR 10×2", "1cycle", "warm-up 5 + Cosine". */
export const scheduleText = scheduleLabel

/** "30 epochs", "12 000 steps". */
export function budgetText(budget: RunSpec['budget']): string {
  if ('steps' in budget) return `${count(budget.steps)}${thin}${budget.steps === 1 ? 'step' : 'steps'}`
  return `${rate(budget.epochs)}${thin}${budget.epochs === 1 ? 'epoch' : 'epochs'}`
}

/** The same of a run, where that is known. */
export const runLine = (run: Pick<RunSummary, 'kind' | 'spec'>): string =>
  isOurs(run) ? specLine(run.spec) : 'trained elsewhere'

/** Model, schedule and budget in one line. */
export function specLine({ model, schedule, budget }: RunSpec): string {
  return `${modelText(model)} · ${scheduleLabel(schedule)} · ${budgetText(budget)}`
}
