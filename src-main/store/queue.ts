import type { z } from 'zod'
import type { QueueMove } from '../../shared/api/runs.ts'
import { show, UserError } from '../../shared/errors.ts'
import { type DeviceName, deviceName } from '../../shared/run/spec.ts'
import type { Db } from './database.ts'
import { idRow, RUN_COLUMNS, runRow } from './rows.ts'
import { VISIBLE } from './runReads.ts'
import { claimRun, createRuns, knownRun, type WriteContext } from './runWrites.ts'
import type { NewRun, RunRecord } from './types.ts'

/*
 * Queued runs belong to nobody. Any host that starts queued runs may take the first one whose device has a free slot; it
 * looks again under the write lock, so that two hosts never start one each.
 *
 * A slot is of a chip, since two engines on one chip slow each other down. A run that chooses its device itself ("auto")
 * may come to any chip, so that it waits for all of them, and holds all of them until it has chosen. A run that waits
 * holds the slot it waits for: no later run overtakes it on its chip.
 */

/** Runs that train on a chip at a time. */
const SLOTS = 1

const CHIPS = ['graphics', 'processor'] as const
type Chip = (typeof CHIPS)[number]

const CHIPS_OF: Readonly<Record<DeviceName, readonly Chip[]>> = {
  auto: CHIPS,
  cuda: ['graphics'],
  webgpu: ['graphics'],
  simd: ['processor'],
  wasm: ['processor'],
  cpu: ['processor'],
}

const QUEUED = `status = 'queued' AND ${VISIBLE}`
const IN_ORDER = 'ORDER BY queue_place, created_at, rowid'

export function listQueue(db: Db): RunRecord[] {
  return db.all(runRow, `SELECT ${RUN_COLUMNS} FROM runs WHERE ${QUEUED} ${IN_ORDER}`)
}

export function enqueueRuns(context: WriteContext, runs: readonly NewRun[]): RunRecord[] {
  return createRuns(context, runs, 'queued').map(({ id }) => {
    context.db.run(
      `UPDATE runs SET queue_place = (SELECT coalesce(max(queue_place), 0) + 1 FROM runs WHERE status = 'queued')
       WHERE id = ?`,
      id,
    )
    return knownRun(context.db, id)
  })
}

export function enqueueRun(context: WriteContext, run: NewRun): RunRecord {
  const [queued] = enqueueRuns(context, [run])
  if (queued === undefined) throw new Error('A run that was queued did not come back.')
  return queued
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
  // A run whose host died holds its slot until somebody notices.
  if (nextToStart(db) === undefined) hosts.sweep()
  if (nextToStart(db) === undefined) return undefined
  return transaction(() => {
    const next = nextToStart(db)
    return next === undefined ? undefined : claimRun(context, next)
  })
}

function firstQueued(db: Db): string | undefined {
  return db.get(idRow, `SELECT id FROM runs WHERE ${QUEUED} ${IN_ORDER} LIMIT 1`)?.id
}

const onDeviceRow = idRow.extend({ device: deviceName })
const ON_DEVICE = `SELECT id, coalesce(device_name, json_extract(spec, '$.device'), 'auto') AS device FROM runs`

/** The first queued run whose chips all have a slot that neither an active run nor an earlier one holds. */
function nextToStart(db: Db): string | undefined {
  const active = db.all(
    onDeviceRow,
    `${ON_DEVICE} WHERE status IN ('created', 'running', 'paused') AND ${VISIBLE}`,
  )
  const held = new Map<Chip, number>()
  const hold = ({ device }: z.infer<typeof onDeviceRow>): void => {
    for (const chip of CHIPS_OF[device]) held.set(chip, (held.get(chip) ?? 0) + 1)
  }
  active.forEach(hold)
  const isFree = (chip: Chip): boolean => (held.get(chip) ?? 0) < SLOTS
  // This is asked every second, and a queue may be long.
  if (!CHIPS.some(isFree)) return undefined
  for (const run of db.all(onDeviceRow, `${ON_DEVICE} WHERE ${QUEUED} ${IN_ORDER}`)) {
    if (CHIPS_OF[run.device].every(isFree)) return run.id
    hold(run)
  }
  return undefined
}
