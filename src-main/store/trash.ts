import type { Db } from './database.ts'
import { idRow } from './rows.ts'
import { knownRun, refuseActive, refuseNeeded, type WriteContext } from './runWrites.ts'
import { canShrink, emptyLog, hasLittleRoom, pagesOf } from './tightDisk.ts'
import { isTrashed } from './trashCan.ts'

/*
 * A deleted run disappears at once, but a gigabyte is not taken out of the file in one go: that would keep the window
 * and every other writer waiting. It goes in small transactions, and so does the space that is given back.
 */

/** Where the megabytes of a run are, children first; each piece takes a few milliseconds. */
const PIECES: readonly string[] = [
  'DELETE FROM snapshot_tensors WHERE snapshot_id IN (SELECT id FROM snapshots WHERE run_id = ?) LIMIT 16',
  'DELETE FROM checkpoint_tensors WHERE run_id = ? LIMIT 16',
  'DELETE FROM initial_tensors WHERE run_id = ? LIMIT 16',
  'DELETE FROM metric_chunks WHERE series_id IN (SELECT id FROM series WHERE run_id = ?) LIMIT 128',
  'DELETE FROM metric_summaries WHERE series_id IN (SELECT id FROM series WHERE run_id = ?) LIMIT 512',
]

/** Pages given back in one transaction: each may have to be moved, and the log holds it then. */
const PAGES = 256
/** The same where there is little room for the log. */
const FEW_PAGES = 64
/** Pieces deleted in one transaction there: most of what the log holds of one is the same pages again. */
const MANY_PIECES = 64

export interface Trash {
  /** Whether a program before left something to do. */
  readonly hasLeftovers: boolean
  /**
   * Makes the runs invisible, within the caller's transaction.
   * @throws UserError while one is active, or another run is to begin with the state of one
   */
  hide(runIds: readonly string[]): void
  /** Makes what has been hidden the work of `empty`: once the transaction is over, for one undone has hidden nothing. */
  throwAway(runIds: readonly string[]): void
  /** Works for about so many milliseconds. @returns whether there is more to do */
  empty(milliseconds: number): boolean
}

export function createTrash(context: WriteContext): Trash {
  const { db } = context
  let runs = db.all(idRow, 'SELECT id FROM runs WHERE deleted_at IS NOT NULL').map(({ id }) => id)
  let vacuums = runs.length > 0 || pagesOf(db).free >= PAGES
  const step = (): boolean => {
    const isTight = hasLittleRoom(db)
    if (isTight) emptyLog(db)
    const [runId] = runs
    if (runId !== undefined) {
      if (!deletePieces(db, runId, isTight ? MANY_PIECES : 1)) runs = runs.slice(1)
    } else {
      vacuums &&= isTight ? canShrink(db) && giveBack(db, FEW_PAGES) : giveBack(db, PAGES)
    }
    if (isTight) emptyLog(db)
    return runId !== undefined || vacuums
  }
  return {
    hasLeftovers: vacuums,
    hide(runIds) {
      for (const runId of runIds) hideRun(context, runId, runIds)
    },
    throwAway(runIds) {
      runs = [...runs, ...runIds]
      vacuums = true
    },
    empty(milliseconds) {
      const start = performance.now()
      while (step()) if (performance.now() - start > milliseconds) return true
      return false
    },
  }
}

/** @param going the runs that go together */
function hideRun(context: WriteContext, runId: string, going: readonly string[]): void {
  const { db, now } = context
  if (!isTrashed(db, runId)) {
    refuseActive(context, knownRun(db, runId))
    refuseNeeded(db, runId, going)
  }
  db.run(
    `DELETE FROM ensembles WHERE id IN (
       SELECT ensemble_id FROM ensemble_members JOIN snapshots ON snapshots.id = snapshot_id WHERE run_id = ?)`,
    runId,
  )
  db.run('UPDATE runs SET deleted_at = ?, host_id = NULL WHERE id = ?', now(), runId)
}

/** @returns whether something of the run is left */
function deletePieces(db: Db, runId: string, count: number): boolean {
  return db.write(() => {
    // Nothing that somebody can still see is ever taken apart.
    if (db.get(idRow, 'SELECT id FROM runs WHERE id = ? AND deleted_at IS NOT NULL', runId) === undefined)
      return false
    for (let piece = 0; piece < count; piece++) {
      if (PIECES.some((sql) => db.run(sql, runId).changes > 0)) continue
      db.run('DELETE FROM runs WHERE id = ?', runId)
      return false
    }
    return true
  })
}

/** @returns whether there are free pages left */
function giveBack(db: Db, pages: number): boolean {
  const { free } = pagesOf(db)
  if (free === 0) return false
  // It gives back a page a row: all of its rows must be asked for.
  db.exec(`PRAGMA incremental_vacuum(${pages})`)
  return free > pages
}
