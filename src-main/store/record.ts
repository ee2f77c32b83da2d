import { z } from 'zod'
import type { TrainerEvent, TrainerEventOf } from '../../shared/run/messages.ts'
import { canBecome, isActive, type RunStatus, runStatus } from '../../shared/run/state.ts'
import type { SupersededEvent } from '../../shared/worker/protocol.ts'
import { dropNeedlessCheckpoint, putCheckpoint } from './checkpoints.ts'
import type { Db } from './database.ts'
import { putKernels } from './kernels.ts'
import { appendMetrics } from './metrics/append.ts'
import { answerRequests, putPlannedStop } from './requests.ts'
import { addEdit, putStatus, type WriteContext } from './runWrites.ts'
import { putSnapshot } from './snapshots.ts'

/** Where a run's stream of events stands while some of them are stored. */
interface Cursor {
  readonly runId: string
  readonly attempt: number
  readonly hostId: string | null
  status: RunStatus
  lastSeq: number
  stepsDone: number
}

const cursorRow = z.object({
  attempt: z.number(),
  hostId: z.string().nullable(),
  status: runStatus,
  lastSeq: z.number(),
  stepsDone: z.number(),
})

/**
 * Stores events, within the caller's transaction. Events come in the order of their sequence; one that is not beyond
 * the last stored of its attempt is a repetition.
 * @returns false when some were refused: their run belongs to another attempt or host by now
 */
export function recordEvents(
  context: WriteContext,
  events: readonly (TrainerEvent | SupersededEvent)[],
): boolean {
  const cursors = new Map<string, Cursor | undefined>()
  let accepted = true
  for (const event of events) {
    const { runId } = event
    if (!cursors.has(runId)) cursors.set(runId, openCursor(context.db, runId))
    const cursor = cursors.get(runId)
    if (cursor === undefined || cursor.attempt !== event.attempt) accepted = false
    else if (event.seq <= cursor.lastSeq) continue
    else if (cursor.hostId !== context.hosts.id || !isActive(cursor.status)) accepted = false
    else {
      // What stands in for a checkpoint that a later one has replaced takes its number, and no more.
      if (event.type !== 'superseded') storeEvent(context, cursor, event)
      cursor.lastSeq = event.seq
    }
  }
  for (const cursor of cursors.values()) if (cursor !== undefined) closeCursor(context.db, cursor)
  return accepted
}

function openCursor(db: Db, runId: string): Cursor | undefined {
  const row = db.get(
    cursorRow,
    `SELECT attempt, host_id AS hostId, status, last_seq AS lastSeq, steps_done AS stepsDone
     FROM runs WHERE id = ? AND deleted_at IS NULL`,
    runId,
  )
  return row && { runId, ...row }
}

function closeCursor(db: Db, { runId, lastSeq, stepsDone }: Cursor): void {
  db.run('UPDATE runs SET last_seq = ?, steps_done = ? WHERE id = ?', lastSeq, stepsDone, runId)
}

function storeEvent(context: WriteContext, cursor: Cursor, event: TrainerEvent): void {
  const { db, now } = context
  answerRequests(db, event)
  switch (event.type) {
    case 'metrics':
      cursor.stepsDone = appendMetrics(db, event, cursor.stepsDone)
      break
    case 'epoch':
      putEpoch(db, event)
      break
    case 'snapshot':
      putSnapshot(db, event, now())
      break
    case 'checkpoint':
      putCheckpoint(db, event, now())
      break
    case 'ready':
      putReady(db, event)
      break
    case 'edited':
      addEdit(context, event.runId, event.edit, event.totalSteps)
      break
    case 'feedback':
      putFeedback(db, event)
      break
    case 'kernels':
      putKernels(db, event)
      break
    case 'stopPlanned':
      putPlannedStop(db, event, now())
      break
    case 'obeyed':
    case 'refused':
      // Nothing of the run changed; whoever asked for it finds it in its request.
      break
    case 'status':
      changeStatus(context, cursor, event.status, null)
      break
    case 'ended':
      changeStatus(context, cursor, event.status, event.reason ?? null)
      putEnd(db, event)
      break
    default:
      event satisfies never
  }
}

function changeStatus(context: WriteContext, cursor: Cursor, status: RunStatus, reason: string | null): void {
  if (cursor.status === status) return
  if (!canBecome(cursor.status, status))
    throw new Error(`Run ${cursor.runId} is ${cursor.status} and cannot become ${status}.`)
  cursor.status = status
  putStatus(context, cursor.runId, status, reason)
}

function putEnd(db: Db, event: TrainerEventOf<'ended'>): void {
  db.run(
    'UPDATE runs SET final_weights_sha256 = ?, diverged = ? WHERE id = ?',
    event.weightsSha256 ?? null,
    event.diverged === undefined ? null : JSON.stringify(event.diverged),
    event.runId,
  )
  dropNeedlessCheckpoint(db, event.runId)
}

function putReady(db: Db, event: TrainerEventOf<'ready'>): void {
  db.run(
    'UPDATE runs SET device_name = ?, device = ?, device_reason = ?, parameters = ?, total_steps = ? WHERE id = ?',
    event.deviceName,
    event.device,
    event.reason,
    event.parameters,
    event.totalSteps,
    event.runId,
  )
}

/**
 * Keeps the first one of an epoch: a resumed run makes the same again. Only the part of an epoch that a budget ended
 * in gives way to the whole epoch, when the run is extended.
 */
function putEpoch(db: Db, event: TrainerEventOf<'epoch'>): void {
  db.run(
    `INSERT INTO epochs (run_id, epoch, step, train_loss, train_accuracy, val_loss, val_accuracy, test_loss,
       test_accuracy, seconds, training_seconds)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (run_id, epoch) DO UPDATE SET step = excluded.step, train_loss = excluded.train_loss,
       train_accuracy = excluded.train_accuracy, val_loss = excluded.val_loss, val_accuracy = excluded.val_accuracy,
       test_loss = excluded.test_loss, test_accuracy = excluded.test_accuracy, seconds = excluded.seconds,
       training_seconds = excluded.training_seconds
     WHERE excluded.step > epochs.step`,
    event.runId,
    event.epoch,
    event.step,
    event.trainLoss,
    event.trainAccuracy,
    event.valLoss,
    event.valAccuracy,
    event.testLoss,
    event.testAccuracy,
    event.seconds,
    event.trainingSeconds,
  )
}

function putFeedback(db: Db, event: TrainerEventOf<'feedback'>): void {
  db.run(
    'INSERT INTO run_feedback (run_id, step, lr, reason) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
    event.runId,
    event.step,
    event.lr,
    event.reason,
  )
}
