import type { StudyCellInfo, StudyCounts, StudySummary } from '../../../shared/api/studies.ts'
import { exactText } from '../../../shared/numberText.ts'
import type { RunStatus } from '../../../shared/run/state.ts'
import type { StudyCell } from '../../../shared/study/cell.ts'
import type { StudyKind, StudyObjective, StudySpec } from '../../../shared/study/spec.ts'
import { count, counted, loss, percent } from '../../format/format.ts'
import { type ScoreMeasure, scoreText } from '../../format/scoreMeasure.ts'

/* How a study and its parts are told. */

export const kindNames: Readonly<Record<StudyKind, string>> = {
  sweep: 'Sweep',
  budget: 'Budget study',
  trunk: 'Trunk',
}

/** A study's state as a run's badge has it. */
export function statusOf({ status, counts }: Pick<StudySummary, 'status' | 'counts'>): {
  readonly status: RunStatus
  readonly word: string
} {
  switch (status) {
    case 'active':
      return counts.active > 0
        ? { status: 'running', word: 'running' }
        : { status: 'queued', word: 'waiting' }
    case 'paused':
      return { status: 'paused', word: 'paused' }
    case 'cancelled':
      return { status: 'stopped', word: 'cancelled' }
    case 'finished':
      return { status: 'completed', word: 'finished' }
  }
}

/** "14 of 30 runs done, 2 failed or diverged, 1 running" */
export function progressWords({ total, completed, failed, other, active }: StudyCounts): string {
  const parts = [`${count(completed + failed + other)} of ${counted(total, 'run')} done`]
  if (failed > 0) parts.push(`${count(failed)} failed or diverged`)
  if (other > 0) parts.push(`${count(other)} stopped or gone`)
  if (active > 0) parts.push(`${active} running`)
  return parts.join(', ')
}

/** "validation accuracy", as the objective is told; an accuracy as the user's measure has it. */
export const objectiveWords = (objective: StudyObjective, measure: ScoreMeasure): string =>
  objective === 'validationAccuracy' ? `validation ${measure}` : 'validation loss'

/** The objective of a cell, or of the mean of some: a score or a loss in nats. */
export const objectiveText = (
  value: number | null,
  objective: StudyObjective,
  measure: ScoreMeasure,
  digits = 1,
): string => (objective === 'validationAccuracy' ? scoreText(value, measure, digits) : loss(value))

/** "86.1 % validation accuracy": the best cell so far. */
export function bestWords(best: StudyCellInfo, objective: StudyObjective, measure: ScoreMeasure): string {
  const value = objective === 'validationAccuracy' ? best.validationAccuracy : best.validationLoss
  return `${objectiveText(value, objective, measure)} ${objectiveWords(objective, measure)}`
}

/** A setting as tables show it. */
export function settingText(value: StudyCell['settings'][string] | undefined): string {
  if (value === undefined || value === null) return '–'
  return typeof value === 'number' ? exactText(value) : String(value)
}

/** The same of a cell, with its budget where the study has several of them. */
export function cellText({ settings, budget }: StudyCellInfo, spec: StudySpec): string {
  const hasBudgets = spec.kind === 'sweep' ? spec.halving !== undefined : spec.budgets.length > 1
  return `${settingsText(settings)}${hasBudgets ? `, ${percent(budget, 0)} of the budget` : ''}`
}

/** "schedule.lrMax 0.1, optimizer.momentum 0.9"; a rate that was tuned is told as the table tells it: "rate × 0.3". */
export const settingsText = (settings: StudyCell['settings']): string =>
  Object.entries(settings)
    .map(([path, value]) => `${path === 'rateFactor' ? 'rate ×' : path} ${settingText(value)}`)
    .join(', ')

/** What a second slot was worth where it was measured: docs/studies.md has the table. */
export const slotsMeasured =
  'Measured on 2 threads, a sweep of small networks (MLP 784-64-10): two at once make 1.5 times as many runs an hour as one (1.44 of runs of 1 epoch).'
