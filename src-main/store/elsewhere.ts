import { z } from 'zod'
import { MOST_STEP, type RunElsewhere, runElsewhere } from '../../shared/run/elsewhere.ts'
import { type EvaluationScore, evaluationScores } from '../../shared/run/tagRoles.ts'
import { weightsSha256 } from '../weightsSha256.ts'
import type { Db } from './database.ts'
import { lastStepOf, pointAt, putPoints } from './metrics/sparse.ts'
import { json } from './rows.ts'
import { insertRuns, knownRun, type WriteContext } from './runWrites.ts'
import { putSnapshot } from './snapshots.ts'
import type { ElsewhereBatch, ElsewhereEvaluation, ElsewhereSnapshot } from './types/elsewhere.ts'
import { type EventReading, eventReading } from './types/followed.ts'
import type { NewRun, RunRecord } from './types.ts'

/*
 * What is stored of a run that another program trained. Its steps come with gaps, may be taken back by a restart, and
 * are as many as the program says; what they mean is in shared/run/elsewhere.ts.
 */

const aboutRow = z.object({ elsewhere: json(runElsewhere) })

/** A run of which all is known already: it has ended. Within the caller's transaction. */
export function createEndedElsewhere(context: WriteContext, run: NewRun, batch: ElsewhereBatch): RunRecord {
  const { db, now } = context
  const [id = ''] = insertRuns(context, [run], { status: 'created' })
  putElsewhere(context, id, batch)
  db.run(`UPDATE runs SET status = 'completed', host_id = NULL, ended_at = ? WHERE id = ?`, now(), id)
  return knownRun(db, id)
}

const readingRow = z.object({ reading: json(eventReading).nullable() })

/** @returns undefined where nothing was read yet, or a version before this wrote down nothing of it */
export function readingOf(db: Db, runId: string): EventReading | undefined {
  return db.get(readingRow, 'SELECT reading FROM runs WHERE id = ?', runId)?.reading ?? undefined
}

/** Within the caller's transaction. @throws Error when the run is one of our own */
export function putElsewhere(context: WriteContext, runId: string, batch: ElsewhereBatch): void {
  const { db } = context
  const run = knownRun(db, runId)
  if (run.kind !== 'elsewhere') throw new Error(`Run ${runId} is one of our own.`)
  for (const points of batch.series ?? []) putPoints(db, runId, points)
  takeBack(db, runId, batch.evaluationsReplaceFrom ?? {})
  for (const evaluation of batch.evaluations ?? []) putEvaluation(db, runId, evaluation)
  if (batch.evaluations !== undefined || batch.evaluationsReplaceFrom !== undefined) orderEpochs(db, runId)
  for (const snapshot of batch.snapshots ?? []) putMember(context, runId, run.attempt, snapshot)
  if (batch.about !== undefined) putAbout(db, runId, batch.about)
  if (batch.reading !== undefined)
    db.run('UPDATE runs SET reading = ? WHERE id = ?', JSON.stringify(batch.reading), runId)
  putProgress(db, runId, batch)
}

const scoreColumns: Readonly<Record<EvaluationScore, string>> = {
  trainLoss: 'train_loss',
  trainAccuracy: 'train_accuracy',
  valLoss: 'val_loss',
  valAccuracy: 'val_accuracy',
  testLoss: 'test_loss',
  testAccuracy: 'test_accuracy',
}

/** One file may begin a score anew while those of another file stay: an evaluation goes when all of its scores have. */
function takeBack(db: Db, runId: string, from: NonNullable<ElsewhereBatch['evaluationsReplaceFrom']>): void {
  for (const score of evaluationScores) {
    const step = from[score]
    if (step === undefined) continue
    db.run(`UPDATE epochs SET ${scoreColumns[score]} = NULL WHERE run_id = ? AND step >= ?`, runId, step)
  }
  const first = Math.min(...Object.values(from))
  if (!Number.isFinite(first)) return
  const nothing = Object.values(scoreColumns)
    .map((column) => `${column} IS NULL`)
    .join(' AND ')
  db.run(`DELETE FROM epochs WHERE run_id = ? AND step >= ? AND ${nothing}`, runId, first)
}

function putEvaluation(db: Db, runId: string, evaluation: ElsewhereEvaluation): void {
  const { step, trainLoss, trainAccuracy, valLoss, valAccuracy, testLoss, testAccuracy } = evaluation
  const known = db.run(
    `UPDATE epochs SET train_loss = coalesce(?, train_loss), train_accuracy = coalesce(?, train_accuracy),
       val_loss = coalesce(?, val_loss), val_accuracy = coalesce(?, val_accuracy),
       test_loss = coalesce(?, test_loss), test_accuracy = coalesce(?, test_accuracy)
     WHERE run_id = ? AND step = ?`,
    ...[trainLoss, trainAccuracy, valLoss, valAccuracy, testLoss, testAccuracy].map(finiteOrNull),
    runId,
    step,
  )
  if (known.changes > 0) return
  db.run(
    `INSERT INTO epochs (run_id, epoch, step, train_loss, train_accuracy, val_loss, val_accuracy, test_loss,
       test_accuracy, seconds, wall_time)
     VALUES (?, (SELECT coalesce(max(epoch), 0) + 1 FROM epochs WHERE run_id = ?), ?, ?, ?, ?, ?, ?, ?, 0, ?)`,
    runId,
    runId,
    step,
    ...[trainLoss, trainAccuracy, valLoss, valAccuracy, testLoss, testAccuracy].map(finiteOrNull),
    evaluation.wallTime,
  )
}

const finiteOrNull = (value: number | null): number | null => (Number.isFinite(value) ? value : null)

const epochRow = z.object({
  epoch: z.number(),
  step: z.number(),
  seconds: z.number(),
  trainLoss: z.number().nullable(),
  trainAccuracy: z.number().nullable(),
  wallTime: z.number(),
})

/**
 * Evaluations are numbered in the order of their steps; each took the time since the one before it, and what the
 * series of training say of its very step is its own where nothing else was said.
 */
function orderEpochs(db: Db, runId: string): void {
  const rows = db.all(
    epochRow,
    `SELECT epoch, step, seconds, train_loss AS trainLoss, train_accuracy AS trainAccuracy, wall_time AS wallTime
     FROM epochs WHERE run_id = ? ORDER BY step`,
    runId,
  )
  const isInOrder = rows.every(({ epoch }, i) => epoch === i + 1)
  if (!isInOrder) db.run('UPDATE epochs SET epoch = -epoch WHERE run_id = ?', runId)
  for (const [i, row] of rows.entries()) {
    const before = rows[i - 1]
    const seconds = before === undefined ? 0 : Math.max(0, (row.wallTime - before.wallTime) / 1000)
    const loss = row.trainLoss ?? finiteOrNull(pointAt(db, runId, 'loss', row.step))
    const accuracy = row.trainAccuracy ?? finiteOrNull(pointAt(db, runId, 'accuracy', row.step))
    if (isInOrder && seconds === row.seconds && loss === row.trainLoss && accuracy === row.trainAccuracy)
      continue
    db.run(
      'UPDATE epochs SET epoch = ?, seconds = ?, train_loss = ?, train_accuracy = ? WHERE run_id = ? AND step = ?',
      i + 1,
      seconds,
      loss,
      accuracy,
      runId,
      row.step,
    )
  }
}

/** Predictions without weights: nothing is there to go on from, to export or to average. */
function putMember(
  { db, now }: WriteContext,
  runId: string,
  attempt: number,
  { predictions, ...snapshot }: ElsewhereSnapshot,
): void {
  const position = {
    stepsDone: snapshot.step + 1,
    epoch: { lossSum: 0, correct: 0, examples: 0 },
    optimizerScalars: {},
  }
  putSnapshot(
    db,
    {
      type: 'snapshot',
      runId,
      attempt,
      seq: 0,
      ...snapshot,
      lr: 0,
      weightsSha256: weightsSha256([]),
      normalisation: { mean: [], std: [] },
      state: { position, tensors: [] },
      predictions: [...predictions],
    },
    now(),
  )
}

export function putAbout(db: Db, runId: string, about: Partial<RunElsewhere>): void {
  const known = db.get(aboutRow, 'SELECT elsewhere FROM runs WHERE id = ?', runId)
  const elsewhere = runElsewhere.parse({ ...known?.elsewhere, ...about })
  db.run('UPDATE runs SET elsewhere = ? WHERE id = ?', JSON.stringify(elsewhere), runId)
}

/** The row is written in any case: chunks have no triggers that say that the run changed. */
function putProgress(
  db: Db,
  runId: string,
  { series, evaluations, snapshots, startedAt }: ElsewhereBatch,
): void {
  // A restart may have taken the last steps back.
  const isCut = series?.some(({ replacesFrom }) => replacesFrom !== undefined) === true
  let last = isCut ? lastStepOf(db, runId) : -1
  for (const { steps } of series ?? []) last = Math.max(last, steps.at(-1) ?? -1)
  for (const { step } of [...(evaluations ?? []), ...(snapshots ?? [])]) last = Math.max(last, step)
  if (last > MOST_STEP) throw new Error(`Run ${runId}: step ${last} is above ${MOST_STEP}.`)
  db.run(
    `UPDATE runs SET steps_done = ${isCut ? '?' : 'max(steps_done, ?)'},
       total_steps = ${isCut ? 'max(1, ?)' : 'max(total_steps, ?)'},
       started_at = min(started_at, coalesce(?, started_at)) WHERE id = ?`,
    last + 1,
    last + 1,
    startedAt ?? null,
    runId,
  )
}
