import { z } from 'zod'
import { UserError } from '../../shared/errors.ts'
import type { Predictions, TrainerEventOf, TrainerState } from '../../shared/run/messages.ts'
import { bytesOf, float32Of, uint16Of } from './blobs.ts'
import type { Db } from './database.ts'
import { idNumberRow, normalisationColumn, positionColumn, snapshotRow } from './rows.ts'
import { RUN_VISIBLE } from './runReads.ts'
import { ofCheckpoint, ofSnapshot, putTensors, readTensors, tensorBytes } from './tensors.ts'
import type { SnapshotModel, SnapshotRecord } from './types.ts'

export const SNAPSHOTS = `
  SELECT id, run_id AS runId, cycle, step, lr, weights_sha256 AS weightsSha256, bytes, created_at AS createdAt,
    val_loss AS valLoss, val_accuracy AS valAccuracy, test_loss AS testLoss, test_accuracy AS testAccuracy
  FROM snapshots`

const stateRow = z.object({ position: positionColumn })
const modelRow = stateRow.extend({ normalisation: normalisationColumn })
const stepRow = z.object({ step: z.number() })
const lastSnapshotRow = z.object({ id: z.number(), stepsDone: z.number() })
const checkpointRow = stateRow.extend({ stepsDone: z.number() })
const predictionsRow = z.object({
  classes: z.number(),
  probs: z.instanceof(Uint8Array),
  labels: z.instanceof(Uint8Array),
})

/** Keeps the first one of a step: a resumed run makes the same again. */
export function putSnapshot(db: Db, event: TrainerEventOf<'snapshot'>, time: number): void {
  const { runId, step, state } = event
  if (db.get(idNumberRow, 'SELECT id FROM snapshots WHERE run_id = ? AND step = ?', runId, step)) return
  const { lastId } = db.run(
    `INSERT INTO snapshots (run_id, cycle, step, lr, weights_sha256, bytes, position, normalisation,
       val_loss, val_accuracy, test_loss, test_accuracy, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    runId,
    event.cycle,
    step,
    event.lr,
    event.weightsSha256,
    tensorBytes(state.tensors),
    JSON.stringify(state.position),
    JSON.stringify(event.normalisation),
    event.valLoss,
    event.valAccuracy,
    event.testLoss,
    event.testAccuracy,
    time,
  )
  putTensors(db, ofSnapshot(lastId), state.tensors)
  for (const { part, classes, probs, labels } of event.predictions)
    db.run(
      'INSERT INTO snapshot_predictions (snapshot_id, part, classes, probs, labels) VALUES (?, ?, ?, ?, ?)',
      lastId,
      part,
      classes,
      bytesOf(probs),
      bytesOf(labels),
    )
}

export function listSnapshots(db: Db, runId: string): SnapshotRecord[] {
  return db.all(snapshotRow, `${SNAPSHOTS} WHERE run_id = ? AND ${RUN_VISIBLE} ORDER BY step`, runId)
}

export function snapshotSteps(db: Db, runId: string): number[] {
  return db.all(stepRow, 'SELECT step FROM snapshots WHERE run_id = ?', runId).map(({ step }) => step)
}

/** @throws UserError when there is no such snapshot */
export function snapshotById(db: Db, id: number): SnapshotRecord {
  const snapshot = db.get(snapshotRow, `${SNAPSHOTS} WHERE id = ? AND ${RUN_VISIBLE}`, id)
  if (snapshot === undefined)
    throw new UserError(
      `While looking for snapshot ${id}: it is not in the database; list the run's snapshots to see their numbers.`,
    )
  return snapshot
}

/** @throws UserError when there is no such snapshot */
export function snapshotModel(db: Db, id: number): SnapshotModel {
  snapshotById(db, id)
  const row = db.get(modelRow, 'SELECT position, normalisation FROM snapshots WHERE id = ?', id)
  if (row === undefined) throw new Error(`Snapshot ${id} vanished while it was read.`)
  return { ...row, tensors: readTensors(db, ofSnapshot(id)) }
}

export function readPredictions(
  db: Db,
  snapshotId: number,
  part: Predictions['part'],
): Predictions | undefined {
  const row = db.get(
    predictionsRow,
    'SELECT classes, probs, labels FROM snapshot_predictions WHERE snapshot_id = ? AND part = ?',
    snapshotId,
    part,
  )
  return row && { part, classes: row.classes, probs: float32Of(row.probs), labels: uint16Of(row.labels) }
}

/** One rolling checkpoint a run; one from further back never replaces it. */
export function putCheckpoint(db: Db, event: TrainerEventOf<'checkpoint'>, time: number): void {
  const { runId, state } = event
  const { changes } = db.run(
    `INSERT INTO checkpoints (run_id, steps_done, position, saved_at) VALUES (?, ?, ?, ?)
     ON CONFLICT (run_id) DO UPDATE
     SET steps_done = excluded.steps_done, position = excluded.position, saved_at = excluded.saved_at
     WHERE excluded.steps_done >= steps_done`,
    runId,
    state.position.stepsDone,
    JSON.stringify(state.position),
    time,
  )
  if (changes > 0) putTensors(db, ofCheckpoint(runId), state.tensors)
}

/** At a run's end its last snapshot usually says all that the checkpoint says. */
export function dropNeedlessCheckpoint(db: Db, runId: string): void {
  db.run(
    `DELETE FROM checkpoints WHERE run_id = ? AND steps_done <= (SELECT max(step) + 1 FROM snapshots WHERE run_id = ?)`,
    runId,
    runId,
  )
}

export function readCheckpoint(db: Db, runId: string): TrainerState | undefined {
  const last = db.get(
    lastSnapshotRow,
    'SELECT id, step + 1 AS stepsDone FROM snapshots WHERE run_id = ? ORDER BY step DESC LIMIT 1',
    runId,
  )
  const rolling = db.get(
    checkpointRow,
    'SELECT steps_done AS stepsDone, position FROM checkpoints WHERE run_id = ?',
    runId,
  )
  if (rolling !== undefined && rolling.stepsDone > (last?.stepsDone ?? -1))
    return { position: rolling.position, tensors: readTensors(db, ofCheckpoint(runId)) }
  if (last === undefined) return undefined
  const { position, tensors } = snapshotModel(db, last.id)
  return { position, tensors: [...tensors] }
}
