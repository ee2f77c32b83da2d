import { z } from 'zod'
import type { RunEvaluation } from '../../shared/api/runs.ts'
import { bestOfLeaders, type Leaders, withEvaluation } from '../../shared/run/best.ts'
import type { Db } from './database.ts'
import type { DigestedRun, EpochDigest } from './epochDigest.ts'
import { EPOCH, later, SCORES, SNAPSHOT, thinned } from './evaluationRows.ts'
import { evaluationRow, json } from './rows.ts'

const evaluationOfRow = evaluationRow.extend({ runId: z.string() })
const accuracies = json(z.array(z.number()))
const sparkRow = z.object({ runId: z.string(), validation: accuracies, training: accuracies })

/** The digests of many runs, read as sets. */
export function readDigests(db: Db, runs: readonly DigestedRun[]): Map<string, EpochDigest> {
  const ids = runs.map(({ id }) => id)
  const last = readLast(db, ids)
  const leaders = readLeaders(db, ids)
  const sparks = readSparks(db, ids)
  return new Map(
    runs.map(({ id, hasValidation }) => [
      id,
      {
        last: last.get(id) ?? null,
        best: bestOfLeaders(leaders.get(id) ?? {}, hasValidation)?.evaluation ?? null,
        spark: sparks.get(id) ?? [],
      },
    ]),
  )
}

interface Source {
  readonly table: 'epochs' | 'snapshots'
  /** Ascends with the steps of a run, by an index. */
  readonly key: 'epoch' | 'step'
  readonly columns: string
}

const fromEpochs: Source = { table: 'epochs', key: 'epoch', columns: EPOCH }
const fromSnapshots: Source = { table: 'snapshots', key: 'step', columns: SNAPSHOT }

/** Of each run that has one, the first row in an order. */
function firstOfEach(
  db: Db,
  { table, key, columns }: Source,
  ids: readonly string[],
  { where, order }: { readonly where: string; readonly order: string },
) {
  return db.all(
    evaluationOfRow,
    `SELECT run_id AS runId, ${columns}, ${SCORES} FROM json_each(?) JOIN ${table} ON run_id = value
     WHERE ${key} = (SELECT ${key} FROM ${table} WHERE run_id = value AND ${where} ORDER BY ${order} LIMIT 1)`,
    JSON.stringify(ids),
  )
}

function readLast(db: Db, ids: readonly string[]): Map<string, RunEvaluation> {
  const found = new Map<string, RunEvaluation>()
  for (const source of [fromEpochs, fromSnapshots]) {
    const which = {
      where: 'coalesce(val_accuracy, test_accuracy) IS NOT NULL',
      order: `${source.key} DESC`,
    }
    for (const { runId, ...evaluation } of firstOfEach(db, source, ids, which))
      found.set(runId, later(found.get(runId) ?? null, evaluation) ?? evaluation)
  }
  return found
}

/** By validation; of runs without it by test; of runs without either by training. */
function readLeaders(db: Db, ids: readonly string[]): Map<string, Leaders<RunEvaluation>> {
  const found = new Map<string, Leaders<RunEvaluation>>()
  const read = (column: string, sources: readonly Source[]): void => {
    const rest = ids.filter((id) => !found.has(id))
    if (rest.length === 0) return
    for (const source of sources) {
      const which = { where: `${column} IS NOT NULL`, order: `${column} DESC, ${source.key}` }
      for (const { runId, ...evaluation } of firstOfEach(db, source, rest, which))
        found.set(runId, withEvaluation(found.get(runId) ?? {}, evaluation))
    }
  }
  read('val_accuracy', [fromEpochs, fromSnapshots])
  read('test_accuracy', [fromEpochs, fromSnapshots])
  read('train_accuracy', [fromEpochs])
  return found
}

function readSparks(db: Db, ids: readonly string[]): Map<string, number[]> {
  const rows = db.all(
    sparkRow,
    `SELECT run_id AS runId,
       json_group_array(val_accuracy ORDER BY epoch) FILTER (WHERE val_accuracy IS NOT NULL) AS validation,
       json_group_array(train_accuracy ORDER BY epoch) FILTER (WHERE train_accuracy IS NOT NULL) AS training
     FROM json_each(?) JOIN epochs ON run_id = value GROUP BY run_id`,
    JSON.stringify(ids),
  )
  return new Map(
    rows.map(({ runId, validation, training }) => [
      runId,
      thinned(validation.length > 0 ? validation : training, null),
    ]),
  )
}
