import { groupsOf, type ParquetColumn, type ParquetValue, parquet } from '../parquet.ts'
import { type PredictionRow, type PredictionTable, predictionRows } from './table.ts'

const rowsOfGroup = 8192

/**
 * Predictions as Parquet: example (its place in the part, from 0), index (in the data set, from 0; null where it is not
 * known), label and predicted (classes, from 0), and p_0, p_1 ... (the probability of each class, in 0..1), with snapshot and
 * cycle before them where the table is of a run. The metadata has the part, and the names of the classes as JSON under `classes`.
 */
export function predictionsParquet(table: PredictionTable): Generator<Uint8Array> {
  const columns = columnsOf(table)
  const metadata = { classes: JSON.stringify(table.classes), part: table.part }
  return parquet(columns, groupsOf(columns.length, valuesOf(table), rowsOfGroup), metadata)
}

function columnsOf({ answers, classes }: PredictionTable): ParquetColumn[] {
  const counts = [
    ...(answers.of === 'run' ? ['snapshot', 'cycle'] : []),
    ...['example', 'index', 'label', 'predicted'],
  ]
  return [
    ...counts.map((name) => ({ name, type: 'int64' as const })),
    ...classes.map((_, k) => ({ name: `p_${k}`, type: 'double' as const })),
  ]
}

function* valuesOf(table: PredictionTable): Generator<readonly ParquetValue[]> {
  for (const row of predictionRows(table)) yield [...countsOf(row), ...row.probabilities]
}

const countsOf = ({ snapshot, example, place, label, predicted }: PredictionRow): ParquetValue[] => [
  ...(snapshot === null ? [] : [snapshot.id, snapshot.cycle]),
  ...[example, place, label, predicted],
]
