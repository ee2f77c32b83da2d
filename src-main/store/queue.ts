import { z } from 'zod'
import type { QueueMove } from '../../shared/api/runs.ts'
import { show, UserError } from '../../shared/errors.ts'
import { type DeviceName, deviceName } from '../../shared/run/spec.ts'
import type { Db } from './database.ts'
import { WAITS_FOR_PARENT } from './lineage.ts'
import { IS_PLACED } from './placeColumn.ts'
import { placeAfter } from './places.ts'
import { idRow, RUN_COLUMNS, runRow } from './rows.ts'
import { VISIBLE } from './runReads.ts'
import { claimRun, insertRuns, knownRun, type WriteContext } from './runWrites.ts'
import { readSlots } from './settings.ts'
import type { NewRun, ProcessorUse, RunRecord } from './types.ts'

/*
 * Queued runs belong to nobody. Any host that starts queued runs may take the first one whose device has a free slot; it
 * looks again under the write lock, so that two hosts never start one each.
 *
 * A slot is of a chip, since two engines on one chip slow each other down. A run that chooses its device itself ("auto")
 * may come to any chip, so that it waits for all of them, and holds all of them until it has chosen. A run that waits
 * holds the slot it waits for: no later run overtakes it on its chip.
 */

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

export const QUEUED = `status = 'queued' AND ${VISIBLE}`
/** Runs that were started by hand first. */
const STUDY_PLACE = 'coalesce((SELECT place FROM studies WHERE studies.id = runs.study_id), 0)'
/** Of a query of runs alone. */
export const IN_ORDER = `ORDER BY ${STUDY_PLACE}, queue_place, created_at, rowid`
const RUNS_VISIBLE = 'runs.deleted_at IS NULL AND runs.trashed_at IS NULL'
const mostRow = z.object({ slots: z.number().nullable() })
const placeRow = z.object({ place: z.number() })

export function listQueue(db: Db): RunRecord[] {
  return db.all(runRow, `SELECT ${RUN_COLUMNS} FROM runs WHERE ${QUEUED} ${IN_ORDER}`)
}

export function enqueueRuns(context: WriteContext, runs: readonly NewRun[]): RunRecord[] {
  const { db } = context
  const last = db.get(
    placeRow,
    "SELECT coalesce(max(queue_place), 0) AS place FROM runs WHERE status = 'queued' AND study_id IS NULL",
  )
  const ids = insertRuns(context, runs, { status: 'queued', firstPlace: (last?.place ?? 0) + 1 })
  return ids.map((id) => knownRun(db, id))
}

export function enqueueRun(context: WriteContext, run: NewRun): RunRecord {
  const [queued] = enqueueRuns(context, [run])
  if (queued === undefined) throw new Error('A run that was queued did not come back.')
  return queued
}

/**
 * Among the runs started by hand, or those of its study. Places are given anew from the first on: those that keep theirs are
 * not touched.
 */
export function moveQueuedRun({ db }: WriteContext, runId: string, to: QueueMove): void {
  const { id, status, studyId } = knownRun(db, runId)
  if (status !== 'queued')
    throw new UserError(
      `While moving run ${show(id)} in the queue: it is ${status}, and only runs that are queued have a place in it.`,
    )
  const others = db
    .all(idRow, `SELECT id FROM runs WHERE ${QUEUED} AND study_id IS ? ${IN_ORDER}`, studyId)
    .map((row) => row.id)
  const from = others.indexOf(id)
  others.splice(from, 1)
  others.splice(placeAfter(to, from, others.length), 0, id)
  for (const [i, queued] of others.entries())
    db.run('UPDATE runs SET queue_place = ? WHERE id = ? AND queue_place IS NOT ?', i + 1, queued, i + 1)
}

/**
 * Nothing is written when nothing is to be done: this is asked often.
 * @param studyId only runs of this study, whoever waits before them
 */
export function claimQueuedRun(
  context: WriteContext,
  transaction: <T>(work: () => T) => T,
  studyId?: string,
): RunRecord | undefined {
  const { db, hosts } = context
  if (firstQueued(db) === undefined) return undefined
  // A run whose host died holds its slot until somebody notices.
  if (nextToStart(db, studyId) === undefined) hosts.sweep()
  if (nextToStart(db, studyId) === undefined) return undefined
  return transaction(() => {
    const next = nextToStart(db, studyId)
    return next === undefined ? undefined : claimRun(context, next)
  })
}

function firstQueued(db: Db): string | undefined {
  return db.get(idRow, `SELECT id FROM runs WHERE ${QUEUED} AND NOT ${IS_PLACED} LIMIT 1`)?.id
}

const waitingRow = idRow.extend({
  device: deviceName,
  studyId: z.string().nullable(),
  /** Of its study; null where that has none of its own. */
  slots: z.number().nullable(),
})
type Waiting = z.infer<typeof waitingRow>

const STUDY = `LEFT JOIN studies ON studies.id = runs.study_id AND studies.trashed_at IS NULL`
const WAITING = `SELECT runs.id, coalesce(device_name, json_extract(runs.spec, '$.device'), 'auto') AS device,
  studies.id AS studyId, studies.slots FROM runs ${STUDY}`
/** Of a study that is paused none is started; one that goes on from another run's state waits until that is there. */
const STARTABLE = `(studies.id IS NULL OR studies.status IN ('active', 'finished')) AND NOT ${WAITS_FOR_PARENT}`

/** What another program or another machine trains holds no slot of ours. */
const ACTIVE_RUNS = `${WAITING} WHERE runs.status IN ('created', 'running', 'paused') AND runs.kind <> 'elsewhere'
  AND ${RUNS_VISIBLE} AND NOT ${IS_PLACED}`

/** The most that a study under way asks for on a chip. */
const mostAsked = (db: Db): number =>
  db.get(mostRow, "SELECT max(slots) AS slots FROM studies WHERE status = 'active' AND placement IS NULL")
    ?.slots ?? 0

export function processorUse(db: Db, runId: string): ProcessorUse {
  const others = db
    .all(waitingRow, ACTIVE_RUNS)
    .filter(({ id, device }) => id !== runId && CHIPS_OF[device].includes('processor'))
  return { slots: Math.max(readSlots(db).processor, mostAsked(db)), others: others.length }
}

/**
 * The first queued run whose chips all have a slot that neither an active run nor an earlier one holds. A chip has as many
 * as the user has set, for a study those that it asks for itself; a study that has as many runs there as it asks for waits,
 * and so does one that is paused or whose run waits for another's state, without holding up others.
 */
function nextToStart(db: Db, only?: string): string | undefined {
  const slots = readSlots(db)
  const active = db.all(waitingRow, ACTIVE_RUNS)
  const held = new Map<string, number>()
  const count = (key: string): number => held.get(key) ?? 0
  const hold = ({ device, studyId }: Waiting): void => {
    for (const chip of CHIPS_OF[device])
      for (const key of [chip, `${chip} ${studyId}`]) held.set(key, count(key) + 1)
  }
  active.forEach(hold)
  const isFree = (chip: Chip, { slots: own }: Pick<Waiting, 'slots'>): boolean =>
    count(chip) < Math.max(slots[chip], own ?? 0)
  const hasRoom = (chip: Chip, { studyId, slots: own }: Waiting): boolean =>
    studyId === null || own === null || count(`${chip} ${studyId}`) < own
  // This is asked every second, and a queue may be long.
  const most = { slots: mostAsked(db) }
  if (!CHIPS.some((chip) => isFree(chip, most))) return undefined
  const waiting = db.all(
    waitingRow,
    `${WAITING} WHERE runs.status = 'queued' AND ${RUNS_VISIBLE} AND ${STARTABLE} AND NOT ${IS_PLACED}
     ORDER BY coalesce(studies.place, 0), queue_place, runs.created_at, runs.rowid`,
  )
  for (const run of waiting) {
    // Who works on one study alone leaves the others to whoever works on all.
    if (only !== undefined && run.studyId !== only) continue
    const chips = CHIPS_OF[run.device]
    if (!chips.every((chip) => hasRoom(chip, run))) continue
    if (chips.every((chip) => isFree(chip, run))) return run.id
    hold(run)
  }
  return undefined
}
