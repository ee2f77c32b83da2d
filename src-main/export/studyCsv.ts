import type { StudyCellInfo } from '../../shared/api/studies.ts'
import type { CsvForm } from './csv.ts'
import { recordsCsv, recordsParquet, type TableRecord } from './recordTable.ts'
import { cellReport } from './studyReport.ts'

/**
 * The cells of a study as one table, a row each: its run, every setting in a column of its own, and what came of it.
 * Accuracies in 0..1, losses in nats; a value that was not measured is an empty field.
 */
export const studyCsv = (cells: readonly StudyCellInfo[], form: CsvForm = {}): Generator<string> =>
  recordsCsv(recordsOf(cells), form, ['runId'])

/** The same as Parquet; a setting that has values of several types is text. */
export const studyParquet = (cells: readonly StudyCellInfo[]): Generator<Uint8Array> =>
  recordsParquet(recordsOf(cells), ['runId'])

function recordsOf(cells: readonly StudyCellInfo[]): TableRecord[] {
  const paths = [...new Set(cells.flatMap(({ settings }) => Object.keys(settings)))]
  return cells.map((cell) => recordOf(cell, paths))
}

function recordOf(cell: StudyCellInfo, paths: readonly string[]): TableRecord {
  const { runId, settings, diverged, ...rest } = cellReport(cell)
  return {
    runId,
    ...Object.fromEntries(paths.map((path) => [`settings.${path}`, settings[path] ?? null])),
    ...rest,
    divergedAtStep: diverged?.step ?? null,
    divergedAtRate: diverged?.lr ?? null,
  }
}
