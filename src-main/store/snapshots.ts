import { z } from 'zod'
import { UserError } from '../../shared/errors.ts'
import type { Predictions, TrainerEventOf } from '../../shared/run/messages.ts'
import { weightsSha256 } from '../weightsSha256.ts'
import { bytesOf, checksumOf, float32Of, uint16Of } from './blobs.ts'
import { damagedPart, isDamage } from './damage.ts'
import type { Db } from './database.ts'
import { SCORES } from './evaluationRows.ts'
import { checksumColumn, normalisationColumn, positionColumn, snapshotRow } from './rows.ts'
import { RUN_VISIBLE } from './runReads.ts'
import { ofSnapshot, putTensors, readTensors, tensorBytes } from './tensors.ts'
import type { SnapshotModel, SnapshotRecord } from './types.ts'

export const SNAPSHOTS = `
  SELECT id, run_id AS runId, cycle, step, lr, weights_sha256 AS weightsSha256, bytes, created_at AS createdAt, ema,
    ${SCORES}
  FROM snapshots`

const stateRow = z.object({ position: positionColumn })
const modelRow = stateRow.extend({ normalisation: normalisationColumn })
const stepRow = z.object({ step: z.number() })
const knownRow = z.object({ id: z.number(), weightsSha256: z.string() })
const KNOWN = 'SELECT id, weights_sha256 AS weightsSha256 FROM snapshots WHERE run_id = ? AND step = ?'
const predictionsRow = z.object({
  classes: z.number(),
  probs: z.instanceof(Uint8Array),
  labels: z.instanceof(Uint8Array),
  checksum: checksumColumn,
})

/** Keeps the first one of a step: a resumed run makes the same again. One that is damaged is made good by it. */
export function putSnapshot(db: Db, event: TrainerEventOf<'snapshot'>, time: number): void {
  const { runId, step, state } = event
  const known = db.get(knownRow, KNOWN, runId, step)
  if (known !== undefined) {
    if (known.weightsSha256 === event.weightsSha256 && !isWhole(db, known.id)) {
      putBlobs(db, known.id, event)
      db.damage.mended(known.id)
    }
    return
  }
  const { lastId } = db.run(
    `INSERT INTO snapshots (run_id, cycle, step, lr, weights_sha256, bytes, position, normalisation,
       val_loss, val_accuracy, test_loss, test_accuracy, ema, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
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
    event.ema === undefined ? null : JSON.stringify(event.ema),
    time,
  )
  putBlobs(db, lastId, event)
}

function putBlobs(db: Db, id: number, { state, predictions }: TrainerEventOf<'snapshot'>): void {
  putTensors(db, ofSnapshot(id), state.tensors)
  for (const one of predictions)
    db.run(
      `INSERT INTO snapshot_predictions (snapshot_id, part, classes, probs, labels, checksum)
       VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (snapshot_id, part) DO UPDATE SET classes = excluded.classes, probs = excluded.probs,
         labels = excluded.labels, checksum = excluded.checksum`,
      id,
      one.part,
      one.classes,
      bytesOf(one.probs),
      bytesOf(one.labels),
      checksumOfPredictions(one.classes, bytesOf(one.probs), bytesOf(one.labels)),
    )
}

function isWhole(db: Db, id: number): boolean {
  try {
    snapshotModel(db, id)
    for (const part of ['validation', 'test'] as const) readPredictions(db, id, part)
    return true
  } catch (error) {
    if (!isDamage(error)) throw error
    return false
  }
}

const checksumOfPredictions = (classes: number, probs: Uint8Array, labels: Uint8Array): number =>
  checksumOf(`${classes}\0`, probs, labels)

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

/**
 * The weights are compared with the hash that the trainer gave them, and every tensor with its checksum.
 * @throws UserError when there is no such snapshot, or when it is damaged
 */
export function snapshotModel(db: Db, id: number): SnapshotModel {
  const snapshot = snapshotById(db, id)
  const row = db.get(modelRow, 'SELECT position, normalisation FROM snapshots WHERE id = ?', id)
  if (row === undefined) throw new Error(`Snapshot ${id} vanished while it was read.`)
  if (snapshot.bytes === 0)
    throw new UserError(
      `While reading snapshot ${id}: only its predictions were imported, so that nobody here has its weights; use it in ensembles of predictions.`,
    )
  return noting(db, snapshot, () => {
    const tensors = readTensors(db, ofSnapshot(id), nameOf(snapshot), OTHER_SNAPSHOTS)
    if (weightsSha256(tensors) !== snapshot.weightsSha256)
      throw damagedPart(nameOf(snapshot), 'its weights', OTHER_SNAPSHOTS)
    return { ...row, tensors }
  })
}

/** Keeps damage in mind for the pages that show the snapshot, and hands it on. */
function noting<T>(db: Db, { id, runId }: SnapshotRecord, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (isDamage(error)) db.damage.lost(runId, id, error.message)
    throw error
  }
}

const nameOf = ({ id, runId, step }: SnapshotRecord): string =>
  `snapshot ${id} of run ${runId}, after ${step + 1} steps`

const OTHER_SNAPSHOTS =
  'use the other snapshots of the run, which can be read, or put back a copy of the database'

/** @throws StoreError when they are damaged */
export function readPredictions(
  db: Db,
  snapshotId: number,
  part: Predictions['part'],
): Predictions | undefined {
  const row = db.get(
    predictionsRow,
    'SELECT classes, probs, labels, checksum FROM snapshot_predictions WHERE snapshot_id = ? AND part = ?',
    snapshotId,
    part,
  )
  if (row === undefined) return undefined
  const { classes, probs, labels, checksum } = row
  if (checksum !== null && checksum !== checksumOfPredictions(classes, probs, labels)) {
    const snapshot = snapshotById(db, snapshotId)
    const damage = damagedPart(nameOf(snapshot), `its predictions (${part})`, OTHER_SNAPSHOTS)
    db.damage.lost(snapshot.runId, snapshotId, damage.message)
    throw damage
  }
  return { part, classes, probs: float32Of(probs), labels: uint16Of(labels) }
}
