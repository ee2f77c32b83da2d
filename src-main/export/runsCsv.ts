import type { RunEvaluation, RunSummary } from '../../shared/api/runs.ts'
import { isOurs } from '../../shared/run/kind.ts'
import { type CsvForm, csvLines } from './csv.ts'

type Cell = string | number | boolean | null

/**
 * Runs as one table, a row each: what they are, how they did (last and best epoch, best ensemble), and every setting of
 * their specs in a column of its own. Accuracies in 0..1, losses in nats, times in ISO 8601; empty where there is none.
 */
export function* runsCsv(runs: readonly RunSummary[], form: CsvForm = {}): Generator<string> {
  const rows = runs.map((run) => ({
    ...scores(run),
    ...settings('', isOurs(run) ? run.spec : undefined),
    ...settings('elsewhere', run.elsewhere?.hyperparameters),
  }))
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  yield csvLines([columns], form)
  for (const row of rows) yield csvLines([columns.map((column) => row[column])], form)
}

function scores(run: RunSummary): Record<string, Cell> {
  return {
    id: run.id,
    run: run.name,
    kind: run.kind,
    status: run.status,
    reason: run.reason,
    stepsDone: run.stepsDone,
    totalSteps: run.totalSteps,
    created: isoTime(run.createdAt),
    started: isoTime(run.startedAt),
    ended: isoTime(run.endedAt),
    tags: run.tags.join(' '),
    favourite: run.favourite,
    note: run.note,
    usedDevice: run.device,
    parameters: run.parameters,
    snapshots: run.snapshots.length,
    ...epoch('last', run.last),
    ...epoch('best', run.best),
    ensembleValAccuracy: run.ensemble?.valAccuracy ?? null,
    ensembleTestAccuracy: run.ensemble?.testAccuracy ?? null,
  }
}

function epoch(which: 'last' | 'best', info: RunEvaluation | null): Record<string, Cell> {
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
function settings(path: string, value: unknown): Record<string, Cell> {
  const name = path === '' ? 'spec' : path
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const parts = Object.entries(value).map(([key, part]) => settings(`${name}.${key}`, part))
    return Object.assign({}, ...parts)
  }
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return { [name]: value }
  if (value === undefined) return {}
  return { [name]: value === null ? null : JSON.stringify(value) }
}

const isoTime = (milliseconds: number | null): string | null =>
  milliseconds === null ? null : new Date(milliseconds).toISOString()
