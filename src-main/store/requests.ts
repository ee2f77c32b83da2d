import { UserError } from '../../shared/errors.ts'
import { isActive } from '../../shared/run/state.ts'
import { idRow, requestRow } from './rows.ts'
import { knownRun, type WriteContext } from './runWrites.ts'
import type { RunCommand } from './types.ts'

/** @throws UserError when nobody runs it */
export function putRequest({ db, hosts, now }: WriteContext, runId: string, command: RunCommand): void {
  const run = knownRun(db, runId)
  if (!isActive(run.status) || run.hostId === null || !hosts.isAlive(run.hostId))
    throw new UserError(
      `While asking run ${runId} to ${command.type}: nobody runs it now (it is ${run.status}); resume it first.`,
    )
  db.run(
    'INSERT INTO requests (run_id, command, created_at) VALUES (?, ?, ?)',
    runId,
    JSON.stringify(command),
    now(),
  )
}

/** Nothing is written when nothing was left: this is asked several times a second. */
export function takeRequests({ db, hosts }: WriteContext, runId: string): RunCommand[] {
  const waiting = db.get(
    idRow,
    `SELECT id FROM runs WHERE id = ? AND host_id = ? AND EXISTS (SELECT 1 FROM requests WHERE run_id = runs.id)`,
    runId,
    hosts.id,
  )
  if (waiting === undefined) return []
  return db.write(() => {
    const requests = db.all(requestRow, 'SELECT command FROM requests WHERE run_id = ? ORDER BY id', runId)
    db.run('DELETE FROM requests WHERE run_id = ?', runId)
    return requests.map(({ command }) => command)
  })
}
