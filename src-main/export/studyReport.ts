import type { StudyCellInfo, StudyChange } from '../../shared/api/studies.ts'
import { compareSchedules, schedulesIn, scoreFor, scoreWords } from '../../shared/study/budgetBlocks.ts'
import { studyRanking } from './studyRanking.ts'

/**
 * A study as the command line prints it and as it is exported. Accuracies are in 0..1, losses in nats, of the last
 * evaluation; the budget is a share of the base's; seconds are of training, evaluation and checkpoints.
 */
export function studyReport({ study, cells }: StudyChange) {
  const { id, name, kind, status, reason, counts, note, spec } = study
  return {
    studyId: id,
    name,
    kind,
    status,
    reason,
    objective: spec.objective,
    counts,
    cells: cells.map(cellReport),
    best: study.best === null ? null : cellReport(study.best),
    ...rankingReport({ study, cells }),
    ...(note !== '' && { note }),
    createdAt: isoTime(study.createdAt),
    endedAt: isoTime(study.endedAt),
    spec,
  }
}

/** Of a budget study with two schedules and two comparisons or more: `methods` names the places of the lists. */
function rankingReport({ study, cells }: StudyChange) {
  if (study.kind !== 'budget') return {}
  const score = scoreFor(study.spec.objective, 'validation')
  const comparisons = compareSchedules(cells, score)
  const { all, low, high } = studyRanking(comparisons, score)
  if (all === undefined) return {}
  const methods = schedulesIn(comparisons)
  return { ranking: { by: scoreWords(score), methods, ...all, low: low ?? null, high: high ?? null } }
}

/** `diverged.step` counts from 0. */
export function cellReport(cell: StudyCellInfo) {
  const { runId, settings, seed, budget, status, validationAccuracy, testAccuracy, validationLoss } = cell
  const { steps, seconds, totalSteps, testLoss, role, stage, reason, diverged } = cell
  return {
    runId,
    settings,
    seed,
    budget,
    status,
    validationAccuracy,
    testAccuracy,
    validationLoss,
    testLoss,
    steps,
    totalSteps,
    seconds,
    role,
    stage,
    reason,
    diverged,
  }
}

const isoTime = (milliseconds: number | null): string | null =>
  milliseconds === null ? null : new Date(milliseconds).toISOString()
