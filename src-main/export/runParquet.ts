import type { StoreReads } from '../store/types.ts'
import { groupsOf, type ParquetColumn, type ParquetType, type ParquetValue, parquet } from './parquet.ts'
import { type CsvTable, epochColumns, snapshotColumns, snapshotRows } from './runCsv.ts'
import { orderSeries, stepRows } from './runTable.ts'

/** A run's tables as Parquet, with the columns of its CSV. A number that was not measured is null; NaN stays NaN. */
export function runParquet(read: StoreReads, runId: string, table: CsvTable): Generator<Uint8Array> {
  switch (table) {
    case 'steps':
      return stepsParquet(read, runId)
    case 'epochs':
      return recordsParquet(epochColumns, read.epochs(runId))
    case 'snapshots':
      return recordsParquet(snapshotColumns, snapshotRows(read, runId))
  }
}

function stepsParquet(read: StoreReads, runId: string): Generator<Uint8Array> {
  const series = orderSeries(read.seriesNames(runId))
  const columns: ParquetColumn[] = [
    { name: 'step', type: 'int64' },
    ...series.map((name) => ({ name, type: 'double' as const })),
  ]
  return parquet(columns, groupsOf(columns.length, stepValues(read, runId, series)), { runId })
}

function* stepValues(
  read: StoreReads,
  runId: string,
  series: readonly string[],
): Generator<readonly ParquetValue[]> {
  for (const { step, values } of stepRows(read, runId, series))
    yield [step, ...values.map((value) => value ?? null)]
}

const typesOf: Readonly<Record<string, ParquetType>> = {
  id: 'int64',
  epoch: 'int64',
  step: 'int64',
  cycle: 'int64',
  bytes: 'int64',
  weightsSha256: 'text',
}

function recordsParquet<K extends string>(
  names: readonly K[],
  records: readonly Readonly<Record<K, ParquetValue>>[],
): Generator<Uint8Array> {
  const columns = names.map((name): ParquetColumn => {
    const type: ParquetType | undefined = typesOf[name]
    return { name, type: type ?? 'double' }
  })
  return parquet(
    columns,
    groupsOf(
      columns.length,
      records.map((record) => names.map((name) => record[name])),
    ),
  )
}
