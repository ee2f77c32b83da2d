import type { PredictedRow } from '../../shared/api/predictions.ts'
import type { PredictTold } from '../../shared/run/predict.ts'

/** The rows of a batch, in its order. */
export function predictedRows({ rows, probs }: PredictTold, classes: number): PredictedRow[] {
  return rows.map(({ name, note }, k) => {
    const probabilities = [...probs.subarray(k * classes, (k + 1) * classes)]
    return { name, note, predicted: probabilities.indexOf(Math.max(...probabilities)), probabilities }
  })
}
