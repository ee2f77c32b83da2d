import type Database from 'better-sqlite3'
import type { SqlTable } from '../../../shared/api/sql.ts'
import { UserError } from '../../../shared/errors.ts'
import type { Db } from '../database.ts'
import { readAll } from '../metrics/read.ts'
import { idNumberRow } from '../rows.ts'
import { RUN_VISIBLE } from '../runReads.ts'
import { readPredictions } from '../snapshots.ts'

/*
 * What lies in blobs, as tables that are made while they are read: SQL cannot look into a blob. Each takes its arguments in
 * brackets, which may be columns of a table before it:
 *
 *   SELECT r.name, m.step, m.value FROM runs_view AS r, metrics(r.id, 'loss') AS m
 */

interface TableFunction {
  readonly table: SqlTable
  readonly parameters: readonly string[]
  rows(db: Db, ...values: readonly unknown[]): Generator<(number | bigint | null)[]>
}

/** SQLite has no NaN: null stands for it, as it does in the tables. */
const orNull = (value: number | undefined): number | null =>
  value === undefined || Number.isNaN(value) ? null : value

const metrics: TableFunction = {
  table: {
    name: 'metrics',
    kind: 'function',
    about:
      "The stored points of a series of a run, in order: metrics(run_id, series), as in metrics(r.id, 'loss'). Series of Anneal's own runs: lr, momentum, loss, accuracy, samplesPerSecond; the table series names all. None of a deleted run.",
    columns: [
      { name: 'step', type: 'INTEGER', about: 'The training step, counted from 0.' },
      { name: 'value', type: 'REAL', about: 'Its value; null: not a number.' },
    ],
  },
  parameters: ['run_id', 'series'],
  *rows(db, runId, series) {
    if (typeof runId !== 'string' || typeof series !== 'string') return
    for (const { steps, values } of readAll(db, runId, series))
      for (let i = 0; i < steps.length; i++) yield [BigInt(steps[i] ?? 0), orNull(values[i])]
  },
}

const predictions: TableFunction = {
  table: {
    name: 'predictions',
    kind: 'function',
    about:
      "What a snapshot answered on the examples of a part, a row for each class of each example: predictions(snapshot_id, part), part being 'validation' or 'test'. None of a deleted run.",
    columns: [
      { name: 'example', type: 'INTEGER', about: 'Place of the example in its part, from 0.' },
      { name: 'label', type: 'INTEGER', about: 'The true class, from 0.' },
      { name: 'class', type: 'INTEGER', about: 'The class that the probability is of, from 0.' },
      { name: 'probability', type: 'REAL', about: 'In 0..1.' },
    ],
  },
  parameters: ['snapshot_id', 'part'],
  *rows(db, snapshotId, part) {
    if (typeof snapshotId !== 'bigint' || (part !== 'validation' && part !== 'test')) return
    const id = Number(snapshotId)
    if (db.get(idNumberRow, `SELECT id FROM snapshots WHERE id = ? AND ${RUN_VISIBLE}`, id) === undefined)
      return
    const stored = readPredictions(db, id, part)
    if (stored === undefined) return
    const { probs, labels, classes } = stored
    for (let example = 0; example < labels.length; example++)
      for (let k = 0; k < classes; k++)
        yield [BigInt(example), BigInt(labels[example] ?? 0), BigInt(k), orNull(probs[example * classes + k])]
  },
}

const functions = [metrics, predictions] as const
export const functionTables: readonly SqlTable[] = functions.map(({ table }) => table)

/** @param second another connection to the same file: one that runs a statement cannot run a second within it */
export function addTableFunctions(raw: Database.Database, second: Db): void {
  for (const { table, parameters, rows } of functions) {
    raw.table(table.name, {
      columns: table.columns.map(({ name }) => name),
      parameters: [...parameters],
      safeIntegers: true,
      *rows(...values) {
        if (values.length !== parameters.length || values.some((value) => value === undefined))
          throw new UserError(
            `While answering SQL: ${table.name} wants ${parameters.join(' and ')} in brackets.`,
          )
        yield* rows(second, ...values)
      },
    })
  }
}
