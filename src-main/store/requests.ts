import { UserError } from '../../shared/errors.ts'
import type { TrainerEvent } from '../../shared/run/messages.ts'
import { isActive } from '../../shared/run/state.ts'
import type { Db } from './database.ts'
import { idRow, requestFateRow, requestRow } from './rows.ts'
import { knownRun, type WriteContext } from './runWrites.ts'
import type { RequestRecord, RunCommand } from './types.ts'

/** @throws UserError when nobody runs it */
export function putRequest({ db, hosts, now }: WriteContext, runId: string, command: RunCommand): number {
  const run = knownRun(db, runId)
  if (!isActive(run.status) || run.hostId === null || !hosts.isAlive(run.hostId))
    throw new UserError(
      `While asking run ${runId} to ${command.type}: nobody runs it now (it is ${run.status}); resume it first.`,
    )
  return db.run(
    'INSERT INTO requests (run_id, command, created_at) VALUES (?, ?, ?)',
    runId,
    JSON.stringify(command),
    now(),
  ).lastId
}

/** Nothing is written when nothing was left: this is asked several times a second. */
export function takeRequests({ db, hosts, now }: WriteContext, runId: string): RunCommand[] {
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
      'SELECT command FROM requests WHERE run_id = ? AND taken_at IS NULL ORDER BY id',
      runId,
    )
    db.run('UPDATE requests SET taken_at = ? WHERE run_id = ? AND taken_at IS NULL', now(), runId)
    return requests.map(({ command }) => command)
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

/** The next handed to the trainer, of the given kind: a trainer answers commands of one kind in their order. */
const NEXT = 'SELECT min(id) FROM requests WHERE run_id = ? AND taken_at IS NOT NULL AND refusal IS NULL'

/** Within the caller's transaction: notes what an event says of the requests its trainer was handed. */
export function answerRequests(db: Db, event: TrainerEvent): void {
  if (event.type === 'edited') {
    db.run(`DELETE FROM requests WHERE id = (${NEXT} AND command ->> 'type' = 'annealNow')`, event.runId)
  } else if (event.type === 'status') {
    const obeyed = event.status === 'paused' ? 'pause' : 'resume'
    // One of them obeys all: to be paused twice is to be paused.
    db.run(
      `DELETE FROM requests
       WHERE run_id = ? AND taken_at IS NOT NULL AND refusal IS NULL AND command ->> 'type' = ?`,
      event.runId,
      obeyed,
    )
  } else if (event.type === 'refused') {
    db.run(
      `UPDATE requests SET refusal = ? WHERE id = (${NEXT} AND command = ?)`,
      event.reason,
      event.runId,
      JSON.stringify(event.command),
    )
  }
}
