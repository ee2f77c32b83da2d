import { UserError } from '../../shared/errors.ts'
import { commandWords, type TrainerEvent, type TrainerEventOf } from '../../shared/run/messages.ts'
import { isActive } from '../../shared/run/state.ts'
import type { Db } from './database.ts'
import { idNumberRow, idRow, requestFateRow, requestRow } from './rows.ts'
import { knownRun, type WriteContext } from './runWrites.ts'
import type { RequestRecord, RunCommand, RunRecord, TakenRequest } from './types.ts'

const IS_PLANNED_STOP = `json_extract(command, '$.type') = 'stopPlanned'`
/** A column of a query of runs: the step after which an active run will stop, or null. */
export const PLANNED_STOP = `CASE WHEN status IN ('created', 'running', 'paused') THEN
  (SELECT json_extract(command, '$.afterStep') FROM requests WHERE run_id = runs.id AND ${IS_PLANNED_STOP}) END`

/** @throws UserError when nobody runs it */
export function putRequest({ db, hosts, now }: WriteContext, runId: string, command: RunCommand): number {
  const run = knownRun(db, runId)
  const isKept = run.place?.worker != null
  if (!isActive(run.status) || !(isKept || (run.hostId !== null && hosts.isAlive(run.hostId))))
    throw new UserError(
      `While asking run ${runId} to ${commandWords[command.type]}: nobody runs it now (it is ${run.status}); ${wayOn(run)} first.`,
    )
  // What waits for a worker long is often asked again.
  const waiting = db.get(
    idNumberRow,
    'SELECT id FROM requests WHERE run_id = ? AND command = ? AND refusal IS NULL',
    runId,
    JSON.stringify(command),
  )
  if (isKept && waiting !== undefined) return waiting.id
  // Kept orders are shown with the run.
  if (isKept) db.run('UPDATE runs SET changed = (SELECT version + 1 FROM lab) WHERE id = ?', runId)
  return db.run(
    'INSERT INTO requests (run_id, command, created_at) VALUES (?, ?, ?)',
    runId,
    JSON.stringify(command),
    now(),
  ).lastId
}

function wayOn({ status, kind, place }: RunRecord): string {
  if (status === 'queued' && place !== null) return 'wait until a worker has taken it'
  if (status !== 'completed') return 'resume it'
  return kind === 'rateTest' ? 'start another one' : 'give it one more cycle'
}

/** Nothing is written when nothing was left: this is asked several times a second. */
export function takeRequests({ db, hosts, now }: WriteContext, runId: string): TakenRequest[] {
  const waiting = db.get(
    idRow,
    `SELECT id FROM runs WHERE id = ? AND host_id = ? AND EXISTS (
       SELECT 1 FROM requests WHERE run_id = runs.id AND taken_at IS NULL)`,
    runId,
    hosts.id,
  )
  if (waiting === undefined) return []
  return db.write(() => {
    const requests = db.all(
      requestRow,
      'SELECT id, command FROM requests WHERE run_id = ? AND taken_at IS NULL ORDER BY id',
      runId,
    )
    db.run('UPDATE requests SET taken_at = ? WHERE run_id = ? AND taken_at IS NULL', now(), runId)
    return requests.map(({ id, command }) => ({ requestId: id, command }))
  })
}

/** @returns undefined when it was obeyed, or the run has begun anew since */
export function findRequest(db: Db, id: number): RequestRecord | undefined {
  return db.get(
    requestFateRow,
    'SELECT taken_at IS NOT NULL AS taken, refusal FROM requests WHERE id = ?',
    id,
  )
}

/** Within the caller's transaction: notes what an event says of a request its trainer was handed. */
export function answerRequests(db: Db, event: TrainerEvent): void {
  if (event.type !== 'obeyed' && event.type !== 'refused') return
  const { runId, requestId } = event
  // One that did not come through the database has no row.
  if (requestId === undefined || requestId < 1) return
  if (event.type === 'obeyed') db.run('DELETE FROM requests WHERE id = ? AND run_id = ?', requestId, runId)
  else db.run('UPDATE requests SET refusal = ? WHERE id = ? AND run_id = ?', event.reason, requestId, runId)
}

/** Within the caller's transaction: what was asked of the attempt before, and is still wanted, is asked of the next one. */
export function askAnew(db: Db, runId: string): void {
  db.run('DELETE FROM requests WHERE run_id = ? AND refusal IS NOT NULL', runId)
  db.run(
    `UPDATE requests SET taken_at = NULL, command = iif(${IS_PLANNED_STOP}, ?, command) WHERE run_id = ?`,
    JSON.stringify({ type: 'stop', when: 'cycleEnd' } satisfies RunCommand),
    runId,
  )
}

/**
 * Within the caller's transaction: what a host took and nobody has answered is to be taken by the next one, since the host may
 * have ended before it handed that on. A trainer knows a request that it has had by its number.
 */
export function askAgain(db: Db, runId: string): void {
  db.run(
    `UPDATE requests SET taken_at = NULL WHERE run_id = ? AND refusal IS NULL AND NOT ${IS_PLANNED_STOP}`,
    runId,
  )
}

/** Within the caller's transaction: the next attempt of a paused run pauses too, unless it was asked to go on. */
export function stayPaused(db: Db, runId: string, now: number): void {
  db.run(
    `INSERT INTO requests (run_id, command, created_at)
     SELECT ?, ?, ? WHERE NOT EXISTS (SELECT 1 FROM requests
       WHERE run_id = ? AND refusal IS NULL AND json_extract(command, '$.type') IN ('pause', 'resume'))`,
    runId,
    JSON.stringify({ type: 'pause' } satisfies RunCommand),
    now,
    runId,
  )
}

/** Whether a stop at once was asked for, and nobody has obeyed yet. */
export const isStopAsked = (db: Db, runId: string): boolean =>
  db.get(
    idNumberRow,
    `SELECT id FROM requests WHERE run_id = ? AND refusal IS NULL
       AND json_extract(command, '$.type') = 'stop' AND json_extract(command, '$.when') = 'now' LIMIT 1`,
    runId,
  ) !== undefined

/**
 * Within the caller's transaction: keeps the step after which a run will stop beside its requests, with which it goes when
 * the run is started anew.
 */
export function putPlannedStop(
  db: Db,
  { runId, afterStep }: TrainerEventOf<'stopPlanned'>,
  now: number,
): void {
  db.run(`DELETE FROM requests WHERE run_id = ? AND ${IS_PLANNED_STOP}`, runId)
  if (afterStep === null) return
  db.run(
    'INSERT INTO requests (run_id, command, created_at, taken_at) VALUES (?, ?, ?, ?)',
    runId,
    JSON.stringify({ type: 'stopPlanned', afterStep }),
    now,
    now,
  )
}
