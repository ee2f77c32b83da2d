import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { runCsv } from '../../../src-main/export/runCsv.ts'
import { runParquet } from '../../../src-main/export/runParquet.ts'
import { runsCsv, runsParquet } from '../../../src-main/export/runsCsv.ts'
import { studyCsv, studyParquet } from '../../../src-main/export/studyCsv.ts'
import { askSqlFile } from '../../../src-main/store/index.ts'
import type { StoreReads } from '../../../src-main/store/types.ts'
import type { Check, Verdict } from '../check.ts'
import type { InteropLab } from '../lab.ts'
import { type Cell, type Columns, cellsVerdict, compareCells } from './cells.ts'

interface Table {
  readonly what: string
  readonly csv: Iterable<string> | undefined
  readonly parquet: Iterable<Uint8Array> | string
  /** From the store, and not through what is exported. */
  readonly want: Columns
}

const answer = z.object({ tables: z.array(z.record(z.string(), z.array(z.string().nullable()))) })

/** pandas and pyarrow read every cell of the tables as the store holds it. */
export const tableFiles: Check = async (environment, lab) => {
  const folder = lab.folder('tables')
  const verdicts: Verdict[] = []
  for (const { what, csv, parquet, want } of await tablesOf(lab, folder)) {
    const files = {
      ...(csv !== undefined && { pandas: written(path.join(folder, 'table.csv'), csv) }),
      pyarrow: typeof parquet === 'string' ? parquet : written(path.join(folder, 'table.parquet'), parquet),
    }
    const { tables } = await environment.ask('tableFiles.py', { files: Object.values(files) }, answer)
    for (const [i, by] of Object.keys(files).entries()) {
      const { cells, different } = compareCells(tables[i] ?? {}, want, by === 'pandas')
      const kind = by === 'pandas' ? 'CSV' : 'Parquet'
      verdicts.push(cellsVerdict(`${what}, ${kind}`, by, cells, different))
    }
  }
  return verdicts
}

function written(file: string, chunks: Iterable<string | Uint8Array>): string {
  writeFileSync(file, Buffer.concat([...chunks].map((chunk) => Buffer.from(chunk))))
  return file
}

async function tablesOf(lab: InteropLab, folder: string): Promise<Table[]> {
  const { read } = lab.core.store
  const [run] = lab.runs
  if (run === undefined) throw new Error('the lab has no run')
  const summaries = lab.runs.map(({ id }) => read.summary(id))
  const { cells } = read.study(lab.study)
  const each = (table: 'steps' | 'epochs' | 'snapshots') => ({
    csv: runCsv(read, run.id, table, { raw: true }),
    parquet: runParquet(read, run.id, table),
  })
  const file = path.join(folder, 'sql.parquet')
  await askSqlFile(lab.core.store.file, { sql: oddSql }, file)
  return [
    { what: 'steps of a run', ...each('steps'), want: stepsOf(read, run.id) },
    { what: 'epochs of a run', ...each('epochs'), want: epochsOf(read, run.id) },
    { what: 'scores of snapshots', ...each('snapshots'), want: snapshotsOf(read, run.id) },
    {
      what: `${summaries.length} runs with their settings`,
      csv: runsCsv(summaries, { raw: true }),
      parquet: runsParquet(summaries),
      want: runsOf(read, lab),
    },
    {
      what: `a study of ${cells.length} runs`,
      csv: studyCsv(cells, { raw: true }),
      parquet: studyParquet(cells),
      want: studyOf(read, lab.study),
    },
    { what: 'an answer to SQL', csv: undefined, parquet: file, want: oddWant },
  ]
}

const oddSql = `
  SELECT 9223372036854775807 AS large, 1.5 AS number, 'ä' AS word, x'00FF' AS bytes, NULL AS none
  UNION ALL SELECT -9007199254740993, 9e999, '', x'', NULL
  UNION ALL SELECT NULL, NULL, NULL, NULL, NULL`
const oddWant: Columns = {
  large: [2n ** 63n - 1n, -9007199254740993n, null],
  number: [1.5, Number.POSITIVE_INFINITY, null],
  word: ['ä', '', null],
  bytes: [Uint8Array.of(0, 255), new Uint8Array(), null],
  none: [null, null, null],
}

function stepsOf(read: StoreReads, runId: string): Columns {
  const series = read.seriesNames(runId).map((name) => {
    const points = [...read.chunks(runId, name)].flatMap(({ steps, values }) =>
      [...steps].map((step, i): [number, number] => [step, values[i] ?? Number.NaN]),
    )
    return [name, new Map(points)] as const
  })
  const steps = [...new Set(series.flatMap(([, points]) => [...points.keys()]))].sort((a, b) => a - b)
  const columns = series.map(([name, points]) => [name, steps.map((step) => points.get(step) ?? null)])
  return { step: steps, ...Object.fromEntries(columns) }
}

/** Columns of records, those that are named. */
function columnsOf(records: readonly object[], names: readonly string[]): Columns {
  const lists = records.map((record) => new Map<string, unknown>(Object.entries(record)))
  return Object.fromEntries(names.map((name) => [name, lists.map((list) => cellOf(list.get(name)))]))
}

function cellOf(value: unknown): Cell {
  if (value === undefined || value === null) return null
  if (typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean') return value
  return value instanceof Date ? value : JSON.stringify(value)
}

const scores = ['valLoss', 'valAccuracy', 'testLoss', 'testAccuracy']

const epochsOf = (read: StoreReads, runId: string): Columns =>
  columnsOf(read.epochs(runId), [
    ...['epoch', 'step', 'trainLoss', 'trainAccuracy', ...scores],
    ...['seconds', 'trainingSeconds'],
  ])

function snapshotsOf(read: StoreReads, runId: string): Columns {
  const snapshots = read.snapshots(runId)
  const ema = snapshots.map((snapshot) => snapshot.ema ?? {})
  const own = columnsOf(snapshots, ['id', 'cycle', 'step', 'lr', ...scores, 'weightsSha256', 'bytes'])
  const averages = columnsOf(ema, scores)
  const named = scores.map((name) => [
    `ema${name.charAt(0).toUpperCase()}${name.slice(1)}`,
    averages[name] ?? [],
  ])
  return { ...own, ...Object.fromEntries(named) }
}

function runsOf(read: StoreReads, { runs }: InteropLab): Columns {
  const records = runs.map(({ id }) => {
    const { createdAt, startedAt, endedAt, name, device, tags, snapshots, ensemble, last, best, ...summary } =
      read.summary(id)
    return {
      ...summary,
      run: name,
      created: timeOf(createdAt),
      started: timeOf(startedAt),
      ended: timeOf(endedAt),
      tags: tags.join(' '),
      where: 'here',
      usedDevice: device,
      snapshots: snapshots.length,
      ensembleValAccuracy: ensemble?.valAccuracy,
      ensembleTestAccuracy: ensemble?.testAccuracy,
      ...prefixed('last', last ?? {}),
      ...prefixed('best', best ?? {}),
    }
  })
  const epochNames = [
    'Epoch',
    'TrainLoss',
    'TrainAccuracy',
    'ValLoss',
    'ValAccuracy',
    'TestLoss',
    'TestAccuracy',
  ]
  const columns = columnsOf(records, [
    ...['id', 'run', 'kind', 'status', 'reason', 'stepsDone', 'totalSteps', 'created', 'started', 'ended'],
    ...['tags', 'favourite', 'note', 'where', 'usedDevice', 'parameters', 'snapshots'],
    ...['ensembleValAccuracy', 'ensembleTestAccuracy'],
    ...['last', 'best'].flatMap((which) => epochNames.map((name) => `${which}${name}`)),
  ])
  return { ...columns, ...settingsOf(runs.map(({ spec }) => new Map(leaves('spec', spec)))) }
}

const timeOf = (milliseconds: number | null): Date | null =>
  milliseconds === null ? null : new Date(milliseconds)

const prefixed = (which: string, record: object): object =>
  Object.fromEntries(
    Object.entries(record).map(([key, value]) => [
      `${which}${key.charAt(0).toUpperCase()}${key.slice(1)}`,
      value,
    ]),
  )

/** Leaves of a spec by their paths; a list is one, as JSON. */
function leaves(at: string, value: unknown): [string, Cell][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [[at, cellOf(value)]]
  return Object.entries(value).flatMap(([key, part]) => leaves(`${at}.${key}`, part))
}

function settingsOf(specs: readonly ReadonlyMap<string, Cell>[]): Columns {
  const names = new Set(specs.flatMap((spec) => [...spec.keys()]))
  return Object.fromEntries([...names].map((name) => [name, specs.map((spec) => spec.get(name) ?? null)]))
}

function studyOf(read: StoreReads, id: string): Columns {
  const { cells } = read.study(id)
  const settings = settingsOf(
    cells.map((cell) => new Map(Object.entries(cell.settings).map(([k, v]) => [`settings.${k}`, cellOf(v)]))),
  )
  const own = columnsOf(cells, [
    ...[
      'runId',
      'seed',
      'budget',
      'status',
      'validationAccuracy',
      'testAccuracy',
      'validationLoss',
      'testLoss',
    ],
    ...['steps', 'totalSteps', 'seconds', 'role', 'stage', 'reason'],
  ])
  const diverged = cells.map((cell) => ({
    divergedAtStep: cell.diverged?.step,
    divergedAtRate: cell.diverged?.lr,
  }))
  return { ...settings, ...own, ...columnsOf(diverged, ['divergedAtStep', 'divergedAtRate']) }
}
