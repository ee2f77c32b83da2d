import type { EpochRecord, StoreReads } from '../store/types.ts'
import { type CsvCell, type CsvForm, csvLines } from './csv.ts'
import { orderSeries, stepRows } from './runTable.ts'

/** Which of a run's tables. */
export const csvTables = ['steps', 'epochs', 'snapshots'] as const
export type CsvTable = (typeof csvTables)[number]

/**
 * A run as comma-separated values with a header. A number that was not measured is an empty field; one that was NaN or
 * infinite is written as NaN, Infinity or -Infinity. Steps count from 0.
 */
export function* runCsv(
  read: StoreReads,
  runId: string,
  table: CsvTable,
  form: CsvForm = {},
): Generator<string> {
  switch (table) {
    case 'steps':
      yield* stepsCsv(read, runId, form)
      return
    case 'epochs':
      yield* rowsCsv(epochColumns, read.epochs(runId), form)
      return
    case 'snapshots':
      yield* rowsCsv(snapshotColumns, snapshotRows(read, runId), form)
  }
}

export const epochColumns = [
  'epoch',
  'step',
  'trainLoss',
  'trainAccuracy',
  'valLoss',
  'valAccuracy',
  'testLoss',
  'testAccuracy',
  'seconds',
  'trainingSeconds',
] as const satisfies readonly (keyof EpochRecord)[]

export const snapshotColumns = [
  'id',
  'cycle',
  'step',
  'lr',
  'valLoss',
  'valAccuracy',
  'testLoss',
  'testAccuracy',
  'emaValLoss',
  'emaValAccuracy',
  'emaTestLoss',
  'emaTestAccuracy',
  'weightsSha256',
  'bytes',
] as const

/** Snapshots with the scores of the moving average beside each; null without one. */
export const snapshotRows = (read: StoreReads, runId: string) =>
  read.snapshots(runId).map(({ ema, ...snapshot }) => ({
    ...snapshot,
    emaValLoss: ema?.valLoss ?? null,
    emaValAccuracy: ema?.valAccuracy ?? null,
    emaTestLoss: ema?.testLoss ?? null,
    emaTestAccuracy: ema?.testAccuracy ?? null,
  }))

const linesAtOnce = 4096

function* stepsCsv(read: StoreReads, runId: string, form: CsvForm): Generator<string> {
  const series = orderSeries(read.seriesNames(runId))
  yield csvLines([['step', ...series]], form)
  // Joined here: numbers need no quotes, and a run may have ten million steps.
  let lines: string[] = []
  for (const { step, values } of stepRows(read, runId, series)) {
    lines.push([step, ...values].join(','))
    if (lines.length < linesAtOnce) continue
    yield `${lines.join('\n')}\n`
    lines = []
  }
  if (lines.length > 0) yield `${lines.join('\n')}\n`
}

function* rowsCsv<K extends string>(
  columns: readonly K[],
  rows: readonly Readonly<Record<K, CsvCell>>[],
  form: CsvForm,
): Generator<string> {
  yield csvLines([[...columns], ...rows.map((row) => columns.map((column) => row[column]))], form)
}
