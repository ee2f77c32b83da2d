import type { StudyCellInfo } from '../../shared/api/studies.ts'
import { type CsvCell, type CsvForm, csvLines } from './csv.ts'
import { cellReport } from './studyReport.ts'

/** Rows at once, so that a study of ten thousand cells is never one text. */
const rowsAtOnce = 500

/**
 * The cells of a study as one table, a row each: its run, every setting in a column of its own, and what came of it.
 * Accuracies in 0..1, losses in nats; a value that was not measured is an empty field.
 */
export function* studyCsv(cells: readonly StudyCellInfo[], form: CsvForm = {}): Generator<string> {
  const paths = [...new Set(cells.flatMap(({ settings }) => Object.keys(settings)))]
  const rows = cells.map((cell) => rowOf(cell, paths))
  yield csvLines([Object.keys(rows[0] ?? { runId: '' })], form)
  for (let at = 0; at < rows.length; at += rowsAtOnce) {
    yield csvLines(
      rows.slice(at, at + rowsAtOnce).map((row) => Object.values(row)),
      form,
    )
  }
}

function rowOf(cell: StudyCellInfo, paths: readonly string[]): Record<string, CsvCell> {
  const { runId, settings, diverged, ...rest } = cellReport(cell)
  return {
    runId,
    ...Object.fromEntries(paths.map((path) => [`settings.${path}`, settings[path] ?? null])),
    ...rest,
    divergedAtStep: diverged?.step ?? null,
    divergedAtRate: diverged?.lr ?? null,
  }
}
