import type { CellOutcome } from '../../../shared/study/outcome.ts'
import type { PlannedCell } from '../../../shared/study/planner.ts'

/** A cell whose run has trained to its end. */
export const ended = (
  cell: PlannedCell,
  validationAccuracy: number,
  more: Partial<CellOutcome> = {},
): CellOutcome => ({
  key: cell.key,
  role: cell.role,
  settings: cell.settings,
  seed: cell.seed,
  budget: cell.budget,
  stage: cell.stage,
  ...(cell.after && { after: cell.after }),
  status: 'completed',
  diverged: null,
  validationAccuracy,
  validationLoss: 1 - validationAccuracy,
  testAccuracy: validationAccuracy - 0.01,
  testLoss: 1,
  steps: cell.totalSteps,
  totalSteps: cell.totalSteps,
  seconds: 1,
  ...more,
})

export const diverged = (cell: PlannedCell): CellOutcome =>
  ended(cell, 0.1, { status: 'failed', diverged: { step: 7, lr: 3 }, steps: 8 })

export const waiting = (cell: PlannedCell): CellOutcome =>
  ended(cell, 0, { status: 'queued', steps: 0, validationAccuracy: null, validationLoss: null })
