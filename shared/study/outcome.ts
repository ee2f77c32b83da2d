import { isActive, type RunStatus } from '../run/state.ts'
import type { StudyCell } from './cell.ts'
import type { StudyObjective } from './spec.ts'

/** A cell with what its run came to, as stages, statistics and rankings read it. */
export interface CellOutcome
  extends Pick<StudyCell, 'key' | 'role' | 'settings' | 'seed' | 'budget' | 'stage' | 'after'> {
  /** deleted: its run is in the trash or gone. */
  readonly status: RunStatus | 'deleted'
  /** The step at which it diverged (from 0) and its rate, where that is how it failed. */
  readonly diverged: { readonly step: number; readonly lr: number } | null
  /** Of the last evaluation; null before the first, and where the part is empty. */
  readonly validationAccuracy: number | null
  readonly validationLoss: number | null
  readonly testAccuracy: number | null
  readonly testLoss: number | null
  readonly steps: number
  readonly totalSteps: number
  /** Of training, evaluation and checkpoints, so far. */
  readonly seconds: number
}

/** Whether nothing more is to come of it, unless a person asks for it. An interrupted run goes on when its host is back. */
export const hasEnded = ({ status }: Pick<CellOutcome, 'status'>): boolean =>
  status === 'deleted' || !(status === 'queued' || status === 'interrupted' || isActive(status))

/** What a study is decided by, of a run that trained to its end; undefined for others and where it was not measured. */
export function scoreOf(cell: CellOutcome, objective: StudyObjective): number | undefined {
  if (cell.status !== 'completed') return undefined
  const score = cell[objective]
  return score === null || Number.isNaN(score) ? undefined : score
}

export const higherIsBetter = (objective: StudyObjective): boolean => objective === 'validationAccuracy'

/** Sorts by a score, the best first. */
export const byScore =
  (objective: StudyObjective) =>
  (a: number, b: number): number =>
    higherIsBetter(objective) ? b - a : a - b
