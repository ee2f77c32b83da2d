import { show, UserError } from '../../shared/errors.ts'
import type { Db } from './database.ts'
import { idNumberRow, idRow } from './rows.ts'
import { knownRun, putStatus, refuseActive, refuseNeeded, type WriteContext } from './runWrites.ts'

/*
 * What a user deletes is hidden, and can be restored for 30 days. Then, when a program opens the file, it goes for good
 * as trash.ts does it.
 */

/** Milliseconds. */
const KEPT_FOR = 30 * 24 * 3600 * 1000

const IN_TRASH = 'deleted_at IS NULL AND trashed_at IS NOT NULL'

/** @throws UserError while one is active, or another run is to begin with the state of one */
export function trashRuns(context: WriteContext, runIds: readonly string[]): void {
  for (const runId of runIds) {
    if (isTrashed(context.db, runId)) continue
    const run = knownRun(context.db, runId)
    refuseActive(context, run)
    refuseNeeded(context.db, runId, runIds)
    // Nobody is going to begin it, and restored it must not look as if somebody were.
    if (run.status === 'created') putStatus(context, runId, 'interrupted', 'It was deleted before it began.')
    context.db.run('UPDATE runs SET trashed_at = ? WHERE id = ?', context.now(), runId)
  }
}

/** @throws UserError when one is gone for good */
export function restoreRuns({ db }: WriteContext, runIds: readonly string[]): void {
  for (const runId of runIds) {
    const { changes } = db.run('UPDATE runs SET trashed_at = NULL WHERE id = ? AND deleted_at IS NULL', runId)
    if (changes === 0)
      throw new UserError(
        `While restoring run ${show(runId)}: it is not among the deleted runs; what was deleted for good, or more than 30 days ago, cannot come back.`,
      )
  }
}

export function isTrashed(db: Db, runId: string): boolean {
  return db.get(idRow, `SELECT id FROM runs WHERE id = ? AND ${IN_TRASH}`, runId) !== undefined
}

/** Takes out for good what has been in the trash for 30 days. Writes nothing when there is none. */
export function expireTrash(
  { db, now }: WriteContext,
  transaction: (work: () => void) => void,
  purge: (runIds: readonly string[]) => void,
): void {
  const before = now() - KEPT_FOR
  const runs = db.all(idRow, `SELECT id FROM runs WHERE ${IN_TRASH} AND trashed_at <= ?`, before)
  if (runs.length > 0) purge(runs.map(({ id }) => id))
  const ensembles = db.all(idNumberRow, 'SELECT id FROM ensembles WHERE trashed_at <= ?', before)
  // Runs of theirs that stayed are from then on as runs that were started by hand.
  const studies = db.all(idRow, 'SELECT id FROM studies WHERE trashed_at <= ?', before)
  if (ensembles.length + studies.length > 0)
    transaction(() => {
      for (const { id } of ensembles) db.run('DELETE FROM ensembles WHERE id = ?', id)
      for (const { id } of studies) db.run('DELETE FROM studies WHERE id = ?', id)
    })
}
