import type { PredictedRow } from '../../shared/api/predictions.ts'
import type { PredictTold } from '../../shared/run/predict.ts'
import { csvLines } from './csv.ts'

/** The rows of a batch, in its order. */
export function predictedRows({ rows, probs }: PredictTold, classes: number): PredictedRow[] {
  return rows.map(({ name, note }, k) => {
    const probabilities = [...probs.subarray(k * classes, (k + 1) * classes)]
    return { name, note, predicted: probabilities.indexOf(Math.max(...probabilities)), probabilities }
  })
}

/** @param of what a row is: the path of an image, or the line of a table */
export const predictionHead = (of: 'path' | 'row', classes: readonly string[]): string =>
  csvLines([[of, 'predicted', ...classes.map((name) => `probability ${name}`), 'note']])

/** Lines of CSV under that head. */
export const predictionLines = (rows: readonly PredictedRow[], classes: readonly string[]): string =>
  csvLines(
    rows.map(({ name, note, predicted, probabilities }) => [
      name,
      classes[predicted] ?? predicted,
      ...probabilities,
      note,
    ]),
  )
