import type { RunEvaluation } from '../../shared/api/runs.ts'
import { type Leaders, withEvaluation } from '../../shared/run/best.ts'

/* A run's evaluations as they are read from its epochs and snapshots, and what its row in the runs table keeps of them. */

export const SCORES =
  'val_loss AS valLoss, val_accuracy AS valAccuracy, test_loss AS testLoss, test_accuracy AS testAccuracy'
export const EPOCH = 'epoch, step, train_loss AS trainLoss, train_accuracy AS trainAccuracy'
/** Of an epoch, all that is stored. */
export const EPOCH_COLUMNS = `${EPOCH}, ${SCORES}, seconds, training_seconds AS trainingSeconds`
export const SNAPSHOT = 'NULL AS epoch, step, NULL AS trainLoss, NULL AS trainAccuracy'

export interface Digested {
  readonly last: RunEvaluation | null
  readonly leaders: Leaders<RunEvaluation>
}

export const nothingDigested: Digested = { last: null, leaders: {} }

/** An epoch and a snapshot of one step are one evaluation: that which is given first is kept. */
export function digested({ last, leaders }: Digested, evaluation: RunEvaluation): Digested {
  return { last: later(last, evaluation), leaders: withEvaluation(leaders, evaluation) }
}

/** The later of two that were evaluated on validation or test data. */
export function later(last: RunEvaluation | null, evaluation: RunEvaluation): RunEvaluation | null {
  if ((evaluation.valAccuracy ?? evaluation.testAccuracy) === null) return last
  return last === null || evaluation.step > last.step ? evaluation : last
}

/** Values in the little curve of a row, at most. */
const sparkLength = 48

/** Thinned by rank: of n values the k-th is taken when k * 48 / n passes a whole number, so that the last one always is. */
export function thinned(values: readonly number[], tip: number | null): number[] {
  const n = values.length + (tip === null ? 0 : 1)
  const at = (rank: number): number => values[rank - 1] ?? tip ?? 0
  if (n <= sparkLength) return Array.from({ length: n }, (_, i) => at(i + 1))
  return Array.from({ length: sparkLength }, (_, i) => at(Math.ceil(((i + 1) * n) / sparkLength)))
}
