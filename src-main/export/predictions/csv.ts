import { type CsvCell, type CsvForm, csvLines } from '../csv.ts'
import { type PredictionRow, type PredictionTable, predictionRows } from './table.ts'

const rowsAtOnce = 512

/**
 * The same columns as in Parquet, but for people: classes by their names. A place that is not known is an empty field.
 */
export function* predictionsCsv(table: PredictionTable, form: CsvForm = {}): Generator<string> {
  const { answers, classes } = table
  const head = [
    ...(answers.of === 'run' ? ['snapshot', 'cycle'] : []),
    ...['example', 'index', 'label', 'predicted'],
    ...classes.map((name) => `probability ${name}`),
  ]
  yield csvLines([head], form)
  let cells: CsvCell[][] = []
  for (const row of predictionRows(table)) {
    cells.push(cellsOf(row, classes))
    if (cells.length < rowsAtOnce) continue
    yield csvLines(cells, form)
    cells = []
  }
  if (cells.length > 0) yield csvLines(cells, form)
}

const cellsOf = (row: PredictionRow, classes: readonly string[]): CsvCell[] => [
  ...(row.snapshot === null ? [] : [row.snapshot.id, row.snapshot.cycle]),
  ...[row.example, row.place],
  ...[row.label, row.predicted].map((k) => classes[k] ?? k),
  ...row.probabilities,
]
