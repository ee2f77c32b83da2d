import { stringify } from 'csv-stringify/sync'
import type { EpochRecord, SnapshotRecord, StoreReads } from '../store/types.ts'
import { orderSeries, stepRows } from './runTable.ts'

/** Which of a run's tables. */
export const csvTables = ['steps', 'epochs', 'snapshots'] as const
export type CsvTable = (typeof csvTables)[number]

/** A run as comma-separated values with a header; absent numbers are empty fields. Steps count from 0. */
export function* runCsv(read: StoreReads, runId: string, table: CsvTable): Generator<string> {
  switch (table) {
    case 'steps':
      yield* stepsCsv(read, runId)
      return
    case 'epochs':
      yield* rowsCsv(epochColumns, read.epochs(runId))
      return
    case 'snapshots':
      yield* rowsCsv(snapshotColumns, read.snapshots(runId))
  }
}

const epochColumns = [
  'epoch',
  'step',
  'trainLoss',
  'trainAccuracy',
  'valLoss',
  'valAccuracy',
  'testLoss',
  'testAccuracy',
  'seconds',
] as const satisfies readonly (keyof EpochRecord)[]

const snapshotColumns = [
  'id',
  'cycle',
  'step',
  'lr',
  'valLoss',
  'valAccuracy',
  'testLoss',
  'testAccuracy',
  'weightsSha256',
  'bytes',
] as const satisfies readonly (keyof SnapshotRecord)[]

const linesAtOnce = 4096

function* stepsCsv(read: StoreReads, runId: string): Generator<string> {
  const series = orderSeries(read.seriesNames(runId))
  let lines = [['step', ...series].join(',')]
  for (const { step, values } of stepRows(read, runId, series)) {
    lines.push([step, ...values.map((value) => (Number.isNaN(value) ? '' : value))].join(','))
    if (lines.length < linesAtOnce) continue
    yield `${lines.join('\n')}\n`
    lines = []
  }
  if (lines.length > 0) yield `${lines.join('\n')}\n`
}

function* rowsCsv<K extends string>(
  columns: readonly K[],
  rows: readonly Readonly<Record<K, unknown>>[],
): Generator<string> {
  yield stringify([[...columns], ...rows.map((row) => columns.map((column) => row[column]))])
}
