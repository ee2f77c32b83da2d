import { groupsOf, type ParquetValue, parquet } from './parquet.ts'

/**
 * Predictions as Parquet, a row an example: example (its place, from 0), label and predicted (classes, from 0), and p_0, p_1 ...
 * (the probability of each class, in 0..1). The metadata has the names of the classes as JSON under `classes`.
 * @param probs [examples, classes]
 */
export function predictionsParquet(
  probs: Float32Array | Float64Array,
  labels: Uint16Array,
  classes: readonly string[],
): Generator<Uint8Array> {
  const columns = [
    ...['example', 'label', 'predicted'].map((name) => ({ name, type: 'int64' as const })),
    ...classes.map((_, k) => ({ name: `p_${k}`, type: 'double' as const })),
  ]
  const rows = predictionValues(probs, labels, classes.length)
  return parquet(columns, groupsOf(columns.length, rows, 8192), { classes: JSON.stringify(classes) })
}

function* predictionValues(
  probs: Float32Array | Float64Array,
  labels: Uint16Array,
  classes: number,
): Generator<readonly ParquetValue[]> {
  for (let i = 0; i < labels.length; i++) {
    const row = probs.subarray(i * classes, (i + 1) * classes)
    yield [i, labels[i] ?? null, row.indexOf(Math.max(...row)), ...row]
  }
}
