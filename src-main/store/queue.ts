import type { QueueMove } from '../../shared/api/runs.ts'
import { show, UserError } from '../../shared/errors.ts'
import type { Db } from './database.ts'
import { idRow, RUN_COLUMNS, runRow } from './rows.ts'
import { VISIBLE } from './runReads.ts'
import { claimRun, createRun, knownRun, type WriteContext } from './runWrites.ts'
import type { NewRun, RunRecord } from './types.ts'

/*
 * Queued runs belong to nobody. Any host that starts queued runs may take the first, and only when no run of the lab is
 * active; it looks again under the write lock, so that two hosts never start one each.
 */

const QUEUED = `status = 'queued' AND ${VISIBLE}`
const IN_ORDER = 'ORDER BY queue_place, created_at, rowid'

export function listQueue(db: Db): RunRecord[] {
  return db.all(runRow, `SELECT ${RUN_COLUMNS} FROM runs WHERE ${QUEUED} ${IN_ORDER}`)
}

export function enqueueRun(context: WriteContext, run: NewRun): RunRecord {
  const { id } = createRun(context, run, 'queued')
  context.db.run(
    `UPDATE runs SET queue_place = (SELECT coalesce(max(queue_place), 0) + 1 FROM runs WHERE status = 'queued')
     WHERE id = ?`,
    id,
  )
  return knownRun(context.db, id)
}

/** Places are given anew from the first on: those that keep theirs are not touched. */
export function moveQueuedRun({ db }: WriteContext, runId: string, to: QueueMove): void {
  const { id, status } = knownRun(db, runId)
  if (status !== 'queued')
    throw new UserError(
      `While moving run ${show(id)} in the queue: it is ${status}, and only runs that are queued have a place in it.`,
    )
  const others = db.all(idRow, `SELECT id FROM runs WHERE ${QUEUED} ${IN_ORDER}`).map((row) => row.id)
  const from = others.indexOf(id)
  others.splice(from, 1)
  others.splice(placeAfter(to, from, others.length), 0, id)
  for (const [i, queued] of others.entries())
    db.run('UPDATE runs SET queue_place = ? WHERE id = ? AND queue_place IS NOT ?', i + 1, queued, i + 1)
}

function placeAfter(to: QueueMove, from: number, last: number): number {
  switch (to) {
    case 'first':
      return 0
    case 'earlier':
      return Math.max(0, from - 1)
    case 'later':
      return Math.min(last, from + 1)
    case 'last':
      return last
  }
}

/** Nothing is written when nothing is to be done: this is asked often. */
export function claimQueuedRun(
  context: WriteContext,
  transaction: <T>(work: () => T) => T,
): RunRecord | undefined {
  const { db, hosts } = context
  if (firstQueued(db) === undefined) return undefined
  // A run whose host died holds the queue until somebody notices.
  if (isBusy(db)) hosts.sweep()
  if (isBusy(db)) return undefined
  return transaction(() => {
    const next = isBusy(db) ? undefined : firstQueued(db)
    return next === undefined ? undefined : claimRun(context, next)
  })
}

function firstQueued(db: Db): string | undefined {
  return db.get(idRow, `SELECT id FROM runs WHERE ${QUEUED} ${IN_ORDER} LIMIT 1`)?.id
}

function isBusy(db: Db): boolean {
  return (
    db.get(
      idRow,
      `SELECT id FROM runs WHERE status IN ('created', 'running', 'paused') AND ${VISIBLE} LIMIT 1`,
    ) !== undefined
  )
}
