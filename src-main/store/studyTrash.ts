import { z } from 'zod'
import { show, UserError } from '../../shared/errors.ts'
import { idRow } from './rows.ts'
import type { WriteContext } from './runWrites.ts'
import { studyRow } from './studyRows.ts'
import { trashRuns } from './trashCan.ts'

/* Studies that a user deletes are hidden, and can be restored for 30 days, each within the caller's transaction. */

const statusRow = studyRow.pick({ status: true })
const timeRow = z.object({ time: z.number().nullable() })

/** Hides the study until it is restored. @param runs whether those of its runs that are there go with it */
export function trashStudy(context: WriteContext, id: string, runs: boolean): void {
  const { db, now } = context
  const study = db.get(statusRow, 'SELECT status FROM studies WHERE id = ? AND trashed_at IS NULL', id)
  // With another time, the runs that went with it before would not come back with it.
  if (study === undefined)
    throw new UserError(`While deleting study ${show(id)}: there is none, or it was deleted already.`)
  if (study.status === 'active' || study.status === 'paused')
    throw new UserError(`While deleting study ${id}: it is ${study.status}; cancel it first.`)
  // What waits would else be taken for runs that were started by hand.
  db.run(
    `UPDATE runs SET status = 'stopped', reason = 'Its study was deleted before it began.', ended_at = ?, queue_place = NULL
     WHERE study_id = ? AND status = 'queued'`,
    now(),
    id,
  )
  const before = db.get(timeRow, 'SELECT max(trashed_at) AS time FROM runs WHERE study_id = ?', id)
  // A time of its own: by it those that went with the study are known when it comes back.
  const time = Math.max(now(), (before?.time ?? 0) + 1)
  db.run('UPDATE studies SET trashed_at = ? WHERE id = ?', time, id)
  if (!runs) return
  const own = db
    .all(idRow, 'SELECT id FROM runs WHERE study_id = ? AND deleted_at IS NULL AND trashed_at IS NULL', id)
    .map((run) => run.id)
  trashRuns(context, own)
  for (const runId of own) db.run('UPDATE runs SET trashed_at = ? WHERE id = ?', time, runId)
}

/** Undoes `trashStudy`, with the runs that went with it. @throws UserError when it is gone for good */
export function restoreStudy({ db }: WriteContext, id: string): void {
  const { changes } = db.run(
    `UPDATE runs SET trashed_at = NULL WHERE study_id = ? AND deleted_at IS NULL
       AND trashed_at = (SELECT trashed_at FROM studies WHERE id = ?)`,
    id,
    id,
  )
  const restored = db.run('UPDATE studies SET trashed_at = NULL WHERE id = ?', id)
  if (changes + restored.changes === 0)
    throw new UserError(
      `While restoring study ${show(id)}: it is not among the deleted studies; what was deleted more than 30 days ago cannot come back.`,
    )
}
