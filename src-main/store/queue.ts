import type { Db } from './database.ts'
import { idRow } from './rows.ts'
import { VISIBLE } from './runReads.ts'
import { claimRun, createRun, type WriteContext } from './runWrites.ts'
import type { NewRun, RunRecord } from './types.ts'

/*
 * Queued runs belong to nobody. Any host that starts queued runs may take the oldest, and only when no run of the lab is
 * active; it looks again under the write lock, so that two hosts never start one each.
 */

export function enqueueRun(context: WriteContext, run: NewRun): RunRecord {
  return createRun(context, run, 'queued')
}

/** Nothing is written when nothing is to be done: this is asked often. */
export function claimQueuedRun(
  context: WriteContext,
  transaction: <T>(work: () => T) => T,
): RunRecord | undefined {
  const { db, hosts } = context
  if (oldestQueued(db) === undefined) return undefined
  // A run whose host died holds the queue until somebody notices.
  if (isBusy(db)) hosts.sweep()
  if (isBusy(db)) return undefined
  return transaction(() => {
    const next = isBusy(db) ? undefined : oldestQueued(db)
    return next === undefined ? undefined : claimRun(context, next)
  })
}

function oldestQueued(db: Db): string | undefined {
  return db.get(
    idRow,
    `SELECT id FROM runs WHERE status = 'queued' AND ${VISIBLE} ORDER BY created_at, rowid LIMIT 1`,
  )?.id
}

function isBusy(db: Db): boolean {
  return (
    db.get(
      idRow,
      `SELECT id FROM runs WHERE status IN ('created', 'running', 'paused') AND ${VISIBLE} LIMIT 1`,
    ) !== undefined
  )
}
