import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import type { QueueMove } from '../../shared/api/runs.ts'
import { type StudyStatus, studyStatus } from '../../shared/api/studies.ts'
import { show, UserError } from '../../shared/errors.ts'
import { originOf, runOrigin } from '../../shared/run/origin.ts'
import type { StudyCell } from '../../shared/study/cell.ts'
import { placeAfter } from './places.ts'
import { idRow, json } from './rows.ts'
import { newRunId } from './runIds.ts'
import { insertRuns, type WriteContext } from './runWrites.ts'
import { studyRow } from './studyRows.ts'
import type {
  NewCell,
  NewRun,
  NewStudy,
  Requeue,
  StudyEdit,
  StudyExtension,
  StudyStatusChange,
} from './types.ts'

/* Writes of studies, each within the caller's transaction. Among the runs of a study the order is that of its cells. */

const ended: readonly string[] = ['cancelled', 'finished']

/** @returns its id */
export function createStudy(
  context: WriteContext,
  { name, spec, placement }: NewStudy,
  cells: readonly NewCell[],
): string {
  const { db, now } = context
  const id = freeStudyId(context)
  db.run(
    `INSERT INTO studies (id, name, spec, status, place, slots, created_at, placement)
     VALUES (?, ?, ?, 'active', (SELECT coalesce(max(place), 0) + 1 FROM studies), ?, ?, ?)`,
    id,
    name,
    JSON.stringify(spec),
    spec.slots ?? null,
    now(),
    placement === undefined ? null : JSON.stringify(placement),
  )
  addCells(context, id, cells)
  return id
}

function freeStudyId({ db, now }: WriteContext): string {
  for (;;) {
    const id = newRunId(now())
    if (db.get(idRow, 'SELECT id FROM studies WHERE id = ?', id) === undefined) return id
  }
}

const parentRow = z.object({ id: z.string(), name: z.string(), origin: json(runOrigin).nullable() })
const specRow = studyRow.pick({ spec: true })
const keyRow = z.object({ key: z.string(), runId: z.string(), ordinal: z.number() })

const statusRow = studyRow.pick({ status: true })

/**
 * Cells that are there already stay as they are: whoever was killed between planning and storing plans and stores again.
 * @param onlyIf the status that the study must still have: it may have been cancelled while they were planned
 * @returns how many are new
 */
export function addCells(
  context: WriteContext,
  studyId: string,
  cells: readonly NewCell[],
  onlyIf?: StudyStatus,
): number {
  const { db } = context
  const study = db.get(statusRow, 'SELECT status FROM studies WHERE id = ? AND trashed_at IS NULL', studyId)
  // Runs of a deleted study would be taken for runs that were started by hand.
  if (study === undefined || (onlyIf !== undefined && study.status !== onlyIf)) return 0
  const stored = db.all(
    keyRow,
    'SELECT key, run_id AS runId, ordinal FROM study_cells WHERE study_id = ?',
    studyId,
  )
  const runOf = new Map(stored.map(({ key, runId }) => [key, runId]))
  let ordinal = stored.reduce((most, each) => Math.max(most, each.ordinal + 1), 0)
  const fresh: NewCell[] = []
  const keys = new Set(runOf.keys())
  for (const each of cells) {
    if (keys.has(each.cell.key)) continue
    keys.add(each.cell.key)
    fresh.push(each)
  }
  const ids = insertRuns(
    context,
    fresh.map(({ cell, run }): NewRun => ({ ...run, spec: cell.spec, studyId })),
    { status: 'queued', firstPlace: ordinal + 1 },
  )
  for (const [i, { cell }] of fresh.entries()) runOf.set(cell.key, ids[i] ?? '')
  for (const { cell } of fresh) {
    const runId = runOf.get(cell.key) ?? ''
    const { spec, ...planned } = cell
    putOrigin(context, runId, cell, runOf)
    db.run(
      'INSERT INTO study_cells (study_id, ordinal, key, cell, spec, run_id) VALUES (?, ?, ?, ?, ?, ?)',
      studyId,
      ordinal,
      cell.key,
      JSON.stringify(planned),
      JSON.stringify(spec),
      runId,
    )
    ordinal += 1
  }
  return fresh.length
}

export function extendStudy(
  context: WriteContext,
  id: string,
  cells: readonly NewCell[],
  { from, to }: StudyExtension,
): boolean {
  const row = context.db.get(specRow, 'SELECT spec FROM studies WHERE id = ? AND trashed_at IS NULL', id)
  if (row === undefined)
    throw new UserError(
      `While extending study ${show(id)}: it was deleted meanwhile, and nothing was added; restore it first.`,
    )
  if (!isDeepStrictEqual(row.spec, from)) return false
  const added = addCells(context, id, cells)
  const isOther = !isDeepStrictEqual(from, to)
  if (isOther) editStudy(context, id, { spec: to })
  // One that is paused stays so, with more to do. More seeds of one whose rates are tuned show in its second stage alone.
  if (added > 0 || isOther)
    context.db.run(
      "UPDATE studies SET status = 'active', reason = NULL, ended_at = NULL WHERE id = ? AND status = 'finished'",
      id,
    )
  return true
}

/** Which weights it takes is not known before its parent has made them. */
function putOrigin(
  { db }: WriteContext,
  runId: string,
  { key, after }: StudyCell,
  runOf: ReadonlyMap<string, string>,
): void {
  if (after === undefined) return
  const parent = runOf.get(after.key)
  if (parent === undefined) throw new Error(`The cell ${key} goes on from ${after.key}, which is no cell.`)
  const row = db.get(parentRow, 'SELECT id, name, origin FROM runs WHERE id = ?', parent)
  // Where the parent is gone the run fails, and says so: of fresh weights it would be another run.
  const origin = originOf('branch', row ?? { id: parent, name: '', origin: null }, after.stepsDone, null)
  db.run('UPDATE runs SET origin = ? WHERE id = ?', JSON.stringify(origin), runId)
}

const IS_BUSY = `EXISTS (SELECT 1 FROM runs WHERE study_id = studies.id AND deleted_at IS NULL AND trashed_at IS NULL
  AND status IN ('queued', 'created', 'running', 'paused'))`
const every: readonly StudyStatus[] = studyStatus.options

/** @returns whether it was changed */
export function setStudyStatus(
  { db, now }: WriteContext,
  id: string,
  { status, reason, from = every, whenIdle = false, ifSpec }: StudyStatusChange,
): boolean {
  if (ifSpec !== undefined) {
    const row = db.get(specRow, 'SELECT spec FROM studies WHERE id = ?', id)
    // One that only a newer Anneal can read was read off its cells, and is extended by none that cannot read it.
    if (row?.spec !== undefined && !isDeepStrictEqual(row.spec, ifSpec)) return false
  }
  const { changes } = db.run(
    `UPDATE studies SET status = ?, reason = ?, ended_at = ? WHERE id = ? AND trashed_at IS NULL AND status <> ?
       AND status IN (SELECT value FROM json_each(?)) AND NOT (? AND ${IS_BUSY})`,
    status,
    reason ?? null,
    ended.includes(status) ? now() : null,
    id,
    status,
    JSON.stringify(from),
    Number(whenIdle),
  )
  return changes > 0
}

/** Its queued runs leave the queue. @returns the runs of it that are active; undefined where it has ended already */
export function cancelStudy(context: WriteContext, id: string): string[] | undefined {
  const { db, now } = context
  if (!setStudyStatus(context, id, { status: 'cancelled', from: ['active', 'paused'] })) return undefined
  db.run(
    `UPDATE runs SET status = 'stopped', reason = 'Its study was cancelled before it began.', ended_at = ?, queue_place = NULL
     WHERE study_id = ? AND status = 'queued'`,
    now(),
    id,
  )
  return db
    .all(idRow, "SELECT id FROM runs WHERE study_id = ? AND status IN ('created', 'running', 'paused')", id)
    .map((run) => run.id)
}

/** What may be trained again; what waits or trains, here or elsewhere, never is. */
const ENDED_EARLY = "('stopped', 'failed', 'interrupted')"

/** See StoreWrites. What each run is, is asked here again: since somebody looked, another may have begun or ended it. */
export function requeueRuns(
  context: WriteContext,
  studyId: string,
  { from, to, statuses, runIds, fresh = [] }: Requeue,
): boolean {
  const { db } = context
  const study = db.get(statusRow, 'SELECT status FROM studies WHERE id = ? AND trashed_at IS NULL', studyId)
  if (study === undefined || !from.includes(study.status)) return false
  for (const each of fresh) replaceRun(context, studyId, each)
  const again = db.all(
    idRow,
    `UPDATE runs SET status = 'queued', reason = NULL, ended_at = NULL, host_id = NULL, diverged = NULL,
       queue_place = (SELECT ordinal + 1 FROM study_cells WHERE run_id = runs.id AND study_id = runs.study_id)
     WHERE study_id = ? AND status IN ${ENDED_EARLY} AND status IN (SELECT value FROM json_each(?))
       AND NOT (status = 'failed' AND diverged IS NOT NULL)
       ${runIds === undefined ? '' : 'AND id IN (SELECT value FROM json_each(?))'}
       AND deleted_at IS NULL AND trashed_at IS NULL RETURNING id`,
    studyId,
    JSON.stringify(statuses),
    ...(runIds === undefined ? [] : [JSON.stringify(runIds)]),
  )
  // A stop that no worker ever heard of is not meant for what is wanted again.
  for (const { id } of again) db.run('DELETE FROM requests WHERE run_id = ?', id)
  if (to !== undefined) setStudyStatus(context, studyId, { status: to })
  return true
}

/** A cell whose run was deleted gets a fresh one, which begins with its parent's state as the one before did. */
function replaceRun(context: WriteContext, studyId: string, { cell, run }: NewCell): void {
  const { db } = context
  const cells = db.all(
    keyRow,
    'SELECT key, run_id AS runId, ordinal FROM study_cells WHERE study_id = ?',
    studyId,
  )
  const own = cells.find(({ key }) => key === cell.key)
  // Another host may have been first.
  if (own === undefined || isThere(context, own.runId)) return
  const [runId] = insertRuns(context, [{ ...run, spec: cell.spec, studyId }], {
    status: 'queued',
    firstPlace: own.ordinal + 1,
  })
  if (runId === undefined) return
  db.run(
    `UPDATE study_cells SET run_id = ?, changed = (SELECT version + 1 FROM lab) WHERE study_id = ? AND key = ?`,
    runId,
    studyId,
    cell.key,
  )
  putOrigin(context, runId, cell, new Map(cells.map((each) => [each.key, each.runId])))
}

const isThere = ({ db }: WriteContext, runId: string): boolean =>
  db.get(idRow, 'SELECT id FROM runs WHERE id = ? AND deleted_at IS NULL AND trashed_at IS NULL', runId) !==
  undefined

export function editStudy({ db }: WriteContext, id: string, { name, note, slots, spec }: StudyEdit): void {
  if (db.get(statusRow, 'SELECT status FROM studies WHERE id = ? AND trashed_at IS NULL', id) === undefined)
    throw new UserError(
      `While changing study ${show(id)}: it was deleted meanwhile, and stays as it was; restore it first.`,
    )
  if (name !== undefined) db.run('UPDATE studies SET name = ? WHERE id = ?', name, id)
  if (note !== undefined) db.run('UPDATE studies SET note = ? WHERE id = ?', note, id)
  if (slots !== undefined) db.run('UPDATE studies SET slots = ? WHERE id = ?', slots, id)
  if (spec !== undefined) db.run('UPDATE studies SET spec = ? WHERE id = ?', JSON.stringify(spec), id)
}

/** Among those that have not ended. Places are given anew from the first on: those that keep theirs are not touched. */
export function moveStudy({ db }: WriteContext, id: string, to: QueueMove): void {
  const others = db
    .all(
      idRow,
      'SELECT id FROM studies WHERE ended_at IS NULL AND trashed_at IS NULL ORDER BY place, created_at, id',
    )
    .map((row) => row.id)
  const from = others.indexOf(id)
  if (from === -1)
    throw new UserError(
      `While moving study ${show(id)} in the queue: it has ended, and only studies that wait or train have a place in it.`,
    )
  others.splice(from, 1)
  others.splice(placeAfter(to, from, others.length), 0, id)
  for (const [i, other] of others.entries()) {
    const { changes } = db.run(
      'UPDATE studies SET place = ? WHERE id = ? AND place <> ?',
      i + 1,
      other,
      i + 1,
    )
    // Where its runs stand in the queue is shown with them.
    if (changes > 0)
      db.run(
        "UPDATE runs SET changed = (SELECT version + 1 FROM lab) WHERE study_id = ? AND status = 'queued'",
        other,
      )
  }
}
