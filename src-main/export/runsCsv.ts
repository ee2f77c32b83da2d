import type { RunEvaluation, RunSummary } from '../../shared/api/runs.ts'
import { placeName } from '../../shared/worker/placeName.ts'
import type { CsvForm } from './csv.ts'
import { type RecordCell, recordsCsv, recordsParquet, type TableRecord } from './recordTable.ts'

/**
 * Runs as one table, a row each: what they are, how they did (last and best epoch, best ensemble), and every setting of
 * their specs in a column of its own. Accuracies in 0..1, losses in nats, times in ISO 8601; empty where there is none. The
 * spec and plan of a run of another program only stand in: it has what is known of where it came from instead.
 */
export function* runsCsv(runs: readonly RunSummary[], form: CsvForm = {}): Generator<string> {
  yield* recordsCsv(runs.map(recordOf), form)
}

/** The same as Parquet: times are timestamps there. */
export const runsParquet = (runs: readonly RunSummary[]): Generator<Uint8Array> =>
  recordsParquet(runs.map(recordOf))

function recordOf(run: RunSummary): TableRecord {
  const { elsewhere } = run
  if (elsewhere === null) return { ...scores(run), ...settings('spec', run.spec) }
  return { ...scores(run), totalSteps: null, ...settings('elsewhere', elsewhere) }
}

function scores(run: RunSummary): Record<string, RecordCell> {
  return {
    id: run.id,
    run: run.name,
    kind: run.kind,
    status: run.status,
    reason: run.reason,
    stepsDone: run.stepsDone,
    totalSteps: run.totalSteps,
    created: time(run.createdAt),
    started: time(run.startedAt),
    ended: time(run.endedAt),
    tags: run.tags.join(' '),
    favourite: run.favourite,
    note: run.note,
    where: placeName(run),
    usedDevice: run.device,
    parameters: run.parameters,
    snapshots: run.snapshots.length,
    ...epoch('last', run.last),
    ...epoch('best', run.best),
    ensembleValAccuracy: run.ensemble?.valAccuracy ?? null,
    ensembleTestAccuracy: run.ensemble?.testAccuracy ?? null,
  }
}

function epoch(which: 'last' | 'best', info: RunEvaluation | null): Record<string, RecordCell> {
  const names = [
    'epoch',
    'trainLoss',
    'trainAccuracy',
    'valLoss',
    'valAccuracy',
    'testLoss',
    'testAccuracy',
  ] as const
  return Object.fromEntries(
    names.map((name) => [`${which}${name.charAt(0).toUpperCase()}${name.slice(1)}`, info?.[name] ?? null]),
  )
}

/** Leaves of a spec by their path: { "spec.optimizer.kind": "sgd" }; lists as JSON. */
function settings(path: string, value: unknown): Record<string, RecordCell> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const parts = Object.entries(value).map(([key, part]) => settings(`${path}.${key}`, part))
    return Object.assign({}, ...parts)
  }
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return { [path]: value }
  return { [path]: value === null || value === undefined ? null : JSON.stringify(value) }
}

const time = (milliseconds: number | null): Date | null =>
  milliseconds === null ? null : new Date(milliseconds)
