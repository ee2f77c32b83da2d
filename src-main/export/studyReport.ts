import type { StudyCellInfo, StudyChange, StudySummary } from '../../shared/api/studies.ts'
import { budgetBlocks, schedulesIn, scoreFor, scoreWords } from '../../shared/study/budgetBlocks.ts'
import { studyRanking } from './studyRanking.ts'
import { sweepRows } from './sweepRows.ts'

/**
 * A study as the command line prints it and as it is exported. Accuracies are in 0..1, losses in nats, of the last
 * evaluation; the budget is a share of the base's; seconds are of training, evaluation and checkpoints.
 */
export async function studyReport({ study, cells }: StudyChange) {
  return {
    ...studyHead(study),
    cells: cells.map(cellReport),
    ...bestSetting({ study, cells }),
    ...(await rankingReport({ study, cells })),
    spec: study.spec,
  }
}

/** The same without its runs. */
export function studyHead(study: StudySummary) {
  const { id, name, kind, status, reason, placement, counts, note, spec, best } = study
  return {
    studyId: id,
    name,
    kind,
    status,
    reason,
    /** Where its runs train that do not train here; null: here. */
    placement,
    objective: spec.objective,
    counts,
    best: best === null ? null : cellReport(best),
    note,
    createdAt: isoTime(study.createdAt),
    endedAt: isoTime(study.endedAt),
  }
}

/**
 * Of a sweep: the settings whose mean over seeds is best, at the longest budget, and how many others are not told apart from
 * them. `best` is the single run that is.
 */
function bestSetting(change: StudyChange) {
  if (change.study.kind !== 'sweep') return {}
  const { leading } = sweepRows(change)
  if (leading === undefined) return { bestSetting: null }
  const { best, equals } = leading
  const { seed: _, ...settings } = best.settings
  return { bestSetting: { settings, budget: best.budget, ...best.score, notToldApart: equals.length } }
}

/** Of a budget study with two schedules and two blocks or more: `methods` names the places of the lists. */
async function rankingReport({ study, cells }: StudyChange) {
  if (study.kind !== 'budget') return {}
  const score = scoreFor(study.spec.objective, 'validation')
  const blocks = budgetBlocks(cells, score)
  const { all, low, high } = await studyRanking(blocks, score)
  return all === null
    ? {}
    : { ranking: { by: scoreWords(score), methods: schedulesIn(blocks), ...all, low, high } }
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
