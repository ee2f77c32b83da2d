import type { StudyCellInfo, StudyChange } from '../../shared/api/studies.ts'

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
    ...(note !== '' && { note }),
    createdAt: isoTime(study.createdAt),
    endedAt: isoTime(study.endedAt),
    spec,
  }
}

export type CellReport = ReturnType<typeof cellReport>

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
