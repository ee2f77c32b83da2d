import { z } from 'zod'
import { UserError } from '../../shared/errors.ts'
import type { Predictions, TrainerEventOf, TrainerState } from '../../shared/run/messages.ts'
import { weightsSha256 } from '../weightsSha256.ts'
import { bytesOf, checksumOf, float32Of, uint16Of } from './blobs.ts'
import { damagedPart, isDamage } from './damage.ts'
import type { Db } from './database.ts'
import type { StoreError } from './faults.ts'
import { checksumColumn, normalisationColumn, positionColumn, snapshotRow } from './rows.ts'
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
const snapshotStepRow = z.object({ id: z.number(), stepsDone: z.number() })
const knownRow = z.object({ id: z.number(), weightsSha256: z.string() })
const KNOWN = 'SELECT id, weights_sha256 AS weightsSha256 FROM snapshots WHERE run_id = ? AND step = ?'
const checkpointRow = stateRow.extend({ stepsDone: z.number() })
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
    if (known.weightsSha256 === event.weightsSha256 && !isWhole(db, known.id)) putBlobs(db, known.id, event)
    return
  }
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
  const tensors = readTensors(db, ofSnapshot(id), nameOf(snapshot), OTHER_SNAPSHOTS)
  if (weightsSha256(tensors) !== snapshot.weightsSha256)
    throw damagedPart(nameOf(snapshot), 'its weights', OTHER_SNAPSHOTS)
  return { ...row, tensors }
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
  if (checksum !== null && checksum !== checksumOfPredictions(classes, probs, labels))
    throw damagedPart(nameOf(snapshotById(db, snapshotId)), `its predictions (${part})`, OTHER_SNAPSHOTS)
  return { part, classes, probs: float32Of(probs), labels: uint16Of(labels) }
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

/**
 * The furthest state that is whole. Where a further one is damaged, the run can go on from one before it: it makes the same
 * steps again.
 * @returns undefined when there is none yet  @throws StoreError when there are some and all of them are damaged
 */
export function readCheckpoint(db: Db, runId: string): TrainerState | undefined {
  let damage: StoreError | undefined
  for (const { stepsDone, read } of savedStates(db, runId)) {
    try {
      const state = read()
      if (damage !== undefined)
        db.damage.found(runId, `${damage.message} It goes on after ${stepsDone} steps.`)
      return state
    } catch (error) {
      if (!isDamage(error)) throw error
      damage ??= error
    }
  }
  if (damage !== undefined) throw damage
  return undefined
}

interface SavedState {
  readonly stepsDone: number
  read(): TrainerState
}

/** The furthest first. */
function savedStates(db: Db, runId: string): SavedState[] {
  const snapshots = db.all(
    snapshotStepRow,
    'SELECT id, step + 1 AS stepsDone FROM snapshots WHERE run_id = ? ORDER BY step DESC',
    runId,
  )
  const rolling = db.get(
    checkpointRow,
    'SELECT steps_done AS stepsDone, position FROM checkpoints WHERE run_id = ?',
    runId,
  )
  const states = snapshots.map(({ id, stepsDone }) => ({
    stepsDone,
    read() {
      const { position, tensors } = snapshotModel(db, id)
      return { position, tensors: [...tensors] }
    },
  }))
  if (rolling === undefined) return states
  const { position, stepsDone } = rolling
  const where = `the checkpoint of run ${runId}, after ${stepsDone} steps`
  const read = () => ({
    position,
    tensors: readTensors(db, ofCheckpoint(runId), where, 'an older snapshot of the run may be whole'),
  })
  return [...states, { stepsDone, read }].sort((a, b) => b.stepsDone - a.stepsDone)
}
