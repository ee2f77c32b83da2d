import type { Annotation } from '../../shared/api/runs.ts'
import { show, UserError } from '../../shared/errors.ts'
import { ELSEWHERE_DATASET } from '../../shared/run/elsewhere.ts'
import { usualRunName } from '../../shared/run/runName.ts'
import { canBecome, isActive, type RunStatus } from '../../shared/run/state.ts'
import type { ScheduleEdit } from '../../shared/schedule/index.ts'
import { putCheckpoint } from './checkpoints.ts'
import type { Db, SqlValue } from './database.ts'
import type { Hosts } from './hosts.ts'
import { childrenInNeed, ORIGIN_WITH_WEIGHTS } from './lineage.ts'
import { idRow } from './rows.ts'
import { newRunId } from './runIds.ts'
import { findRun } from './runReads.ts'
import { ofInitial, putTensors } from './tensors.ts'
import type { NewPlan, NewRun, RunRecord, StoreWrites } from './types.ts'

/** What every write needs: the file, who writes, and the time. */
export interface WriteContext {
  readonly db: Db
  readonly hosts: Hosts
  readonly now: () => number
}

/**
 * Until somebody claims it, a created run belongs to the host that made it, a queued one to nobody. Of runs made together
 * the ids sort in the order given.
 */
export function createRuns(context: WriteContext, runs: readonly NewRun[]): RunRecord[] {
  return insertRuns(context, runs, { status: 'created' }).map((id) => knownRun(context.db, id))
}

/** created, or queued with places from the first on. */
export type Beginning =
  | { readonly status: 'created' }
  | { readonly status: 'queued'; readonly firstPlace: number }

/** @returns their ids, in their order */
export function insertRuns(context: WriteContext, runs: readonly NewRun[], as: Beginning): string[] {
  const { db, now } = context
  for (const datasetId of new Set(runs.map((run) => run.datasetId))) refuseUnknownDataset(db, datasetId)
  const time = now()
  const ids = freeRunIds(db, time, runs.length)
  for (const [i, run] of runs.entries()) {
    const place = as.status === 'queued' ? as.firstPlace + i : null
    insertRun(context, run, { id: ids[i] ?? '', time, place })
  }
  return ids
}

export function createRun(context: WriteContext, run: NewRun): RunRecord {
  const [made] = createRuns(context, [run])
  if (made === undefined) throw new Error('A run that was created did not come back.')
  return made
}

function refuseUnknownDataset(db: Db, datasetId: string): void {
  if (db.get(idRow, 'SELECT id FROM datasets WHERE id = ?', datasetId) === undefined)
    throw new Error(`Data set ${datasetId} must be put into the store before a run of it.`)
}

function freeRunIds(db: Db, time: number, count: number): string[] {
  const ids = new Set<string>()
  while (ids.size < count) {
    const id = newRunId(time)
    if (db.get(idRow, 'SELECT id FROM runs WHERE id = ?', id) === undefined) ids.add(id)
  }
  return [...ids].sort()
}

function insertRun(
  { db, hosts }: WriteContext,
  run: NewRun,
  { id, time, place }: { readonly id: string; readonly time: number; readonly place: number | null },
): void {
  db.run(
    `INSERT INTO runs (id, name, kind, spec, rate_test, origin, study_id, dataset_id, status, plan, total_steps,
       host_id, queue_place, created_at, elsewhere, initial)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    id,
    run.spec.name ?? usualRunName(run.spec),
    run.kind ?? 'training',
    JSON.stringify(run.spec),
    run.rateTest === undefined ? null : JSON.stringify(run.rateTest),
    run.origin === undefined ? null : JSON.stringify(run.origin),
    run.studyId ?? null,
    run.datasetId,
    place === null ? 'created' : 'queued',
    JSON.stringify(run.plan),
    run.totalSteps,
    place === null ? hosts.id : null,
    place,
    time,
    run.elsewhere === undefined ? null : JSON.stringify(run.elsewhere),
    run.initial === undefined ? null : JSON.stringify(run.initial.about),
  )
  // A run of a study trains where the study does.
  if (run.placement !== undefined || run.studyId !== undefined)
    db.run(
      `INSERT INTO placements (run_id, placement)
       SELECT ?, placement FROM (SELECT coalesce(?, (SELECT placement FROM studies WHERE id = ?)) AS placement)
       WHERE placement IS NOT NULL`,
      id,
      run.placement === undefined ? null : JSON.stringify(run.placement),
      run.studyId ?? null,
    )
  if (run.initial !== undefined) putTensors(db, ofInitial(id), run.initial.tensors)
  if (run.state !== undefined) putCheckpoint(db, { runId: id, state: run.state }, time)
}

/** Takes away a run that never began, and its data set's row unless another run refers to it. */
export function discardRun({ db }: WriteContext, runId: string): void {
  const { status, datasetId } = knownRun(db, runId)
  if (isActive(status)) throw new Error(`Run ${runId} is ${status} and cannot be discarded.`)
  refuseNeeded(db, runId, [runId])
  db.run('DELETE FROM runs WHERE id = ?', runId)
  db.run(
    'DELETE FROM datasets WHERE id = ? AND id <> ? AND NOT EXISTS (SELECT 1 FROM runs WHERE dataset_id = datasets.id)',
    datasetId,
    ELSEWHERE_DATASET,
  )
}

/** @throws UserError when there is no such run (any more) */
export function knownRun(db: Db, runId: string): RunRecord {
  const run = findRun(db, runId)
  if (run === undefined)
    throw new UserError(
      `While looking for run ${show(runId)}: it is not in the database (any more); list the runs to see their ids.`,
    )
  return run
}

/** @throws UserError while the run is active; one that was only created may go unless another host is about to start it */
export function refuseActive({ hosts }: WriteContext, run: RunRecord): void {
  const isOwned = run.hostId !== null && hosts.isAlive(run.hostId)
  if (isActive(run.status) && !(run.status === 'created' && (!isOwned || run.hostId === hosts.id)))
    throw new UserError(
      run.kind === 'elsewhere'
        ? `While deleting run ${show(run.id)}: its event files are being read; stop following its folder first.`
        : `While deleting run ${show(run.id)}: it is ${run.status}; stop it first.`,
    )
}

/**
 * A run whose state another one is still to begin with stays, unless that one goes with it.
 * @param going the runs that are deleted together  @throws UserError naming such a run
 */
export function refuseNeeded(db: Db, runId: string, going: readonly string[]): void {
  const child = childrenInNeed(db, runId).find(({ id }) => !going.includes(id))
  if (child === undefined) return
  const { id, name, status, origin } = child
  throw new UserError(
    `While deleting run ${show(runId)}: run ${name} (${id}), which is ${status}, is to begin with its state after ${origin?.stepsDone} steps; delete that run too, or let it begin.`,
  )
}

export function claimRun(
  context: WriteContext,
  runId: string,
  replan?: (claimed: RunRecord) => NewPlan,
): RunRecord {
  const { db, hosts } = context
  const run = knownRun(db, runId)
  if (run.place !== null)
    throw new UserError(
      `While starting run ${runId}: it is placed on another machine, and begins when one takes it.`,
    )
  const isOwned = run.hostId !== null && hosts.isAlive(run.hostId)
  if (isActive(run.status) && isOwned && (run.hostId !== hosts.id || run.status !== 'created'))
    throw new UserError(
      `While starting run ${runId}: it is ${run.status} already${run.hostId === hosts.id ? '' : ' in another window or terminal'}; stop it there first.`,
    )
  db.run('DELETE FROM requests WHERE run_id = ?', runId)
  beginNextAttempt(context, runId)
  if (replan !== undefined) {
    const { plan, totalSteps } = replan(knownRun(db, runId))
    db.run('UPDATE runs SET plan = ?, total_steps = ? WHERE id = ?', JSON.stringify(plan), totalSteps, runId)
  }
  return knownRun(db, runId)
}

/** Of this host's own from then on. */
export function beginNextAttempt({ db, hosts, now }: WriteContext, runId: string): void {
  db.run(
    `UPDATE runs SET status = 'running', host_id = ?, attempt = attempt + 1, last_seq = -1, queue_place = NULL,
       reason = NULL, diverged = NULL, ended_at = NULL, final_weights_sha256 = NULL, started_at = coalesce(started_at, ?),
       origin = ${ORIGIN_WITH_WEIGHTS}
     WHERE id = ?`,
    hosts.id,
    now(),
    runId,
  )
}

/** @throws UserError when the run's state does not allow it, or another living host owns the run */
export function setStatus(context: WriteContext, runId: string, status: RunStatus, reason?: string): void {
  const { db, hosts } = context
  const run = knownRun(db, runId)
  if (run.hostId !== null && run.hostId !== hosts.id && hosts.isAlive(run.hostId))
    throw new UserError(
      `While marking run ${runId} as ${status}: it runs in another window or terminal; change it there.`,
    )
  if (run.status === status) return
  if (!canBecome(run.status, status))
    throw new UserError(
      `While marking run ${runId} as ${status}: a run that is ${run.status} cannot become that; resume it first.`,
    )
  putStatus(context, runId, status, reason ?? null)
}

/** What is done for an active run that has no device yet, null when its trainer begins; the device's own reason follows. */
export function saySetup({ db }: WriteContext, runId: string, words: string | null): void {
  db.run('UPDATE runs SET device_reason = ? WHERE id = ? AND device IS NULL', words, runId)
}

/** Nobody knows when another program ended: its last event was the last that was heard of it. */
const ENDED_AT = `coalesce(iif(kind = 'elsewhere', CAST(json_extract(elsewhere, '$.lastEventAt') AS INTEGER), NULL), ?)`

/** A run that is not active belongs to nobody, and nothing is done for it. */
export function putStatus(
  { db, hosts, now }: WriteContext,
  runId: string,
  status: RunStatus,
  reason: string | null,
): void {
  const active = isActive(status)
  db.run(
    `UPDATE runs SET status = ?, reason = ?, ended_at = ${active ? '?' : ENDED_AT}, host_id = ?, queue_place = NULL WHERE id = ?`,
    status,
    reason,
    active ? null : now(),
    active ? hosts.id : null,
    runId,
  )
  if (!active) db.run('UPDATE runs SET device_reason = NULL WHERE id = ? AND device IS NULL', runId)
}

/** An edit that is there already is a repetition: two edits never begin at one step. */
export function addEdit(
  { db, now }: WriteContext,
  runId: string,
  edit: ScheduleEdit,
  totalSteps: number,
): void {
  const { planned } = knownRun(db, runId)
  if (planned.edits.some((known) => known.atStep === edit.atStep)) return
  db.run(
    `INSERT INTO run_edits (run_id, ordinal, edit, created_at)
     VALUES (?, (SELECT coalesce(max(ordinal) + 1, 0) FROM run_edits WHERE run_id = ?), ?, ?)`,
    runId,
    runId,
    JSON.stringify(edit),
    now(),
  )
  db.run('UPDATE runs SET total_steps = ? WHERE id = ?', totalSteps, runId)
}

export function annotate(
  { db }: WriteContext,
  runId: string,
  { name, note, tags, favourite, archived }: Parameters<StoreWrites['annotate']>[1],
): void {
  knownRun(db, runId)
  const set = (column: string, value: SqlValue): void =>
    void db.run(`UPDATE runs SET ${column} = ? WHERE id = ?`, value, runId)
  if (name !== undefined) set('name', checkedName(runId, name))
  if (note !== undefined) set('note', note)
  if (favourite !== undefined) set('favourite', Number(favourite))
  if (archived !== undefined) set('archived', Number(archived))
  if (tags === undefined) return
  db.run('DELETE FROM run_tags WHERE run_id = ?', runId)
  for (const tag of new Set(tags.map((text) => text.trim()).filter((text) => text !== '')))
    db.run('INSERT INTO run_tags (run_id, tag) VALUES (?, ?)', runId, tag)
}

/** @throws UserError when one is not there, or the name cannot be used: then none is changed */
export function annotateRuns(
  context: WriteContext,
  { ids, addTags = [], removeTags = [], ...change }: Annotation,
): void {
  for (const runId of ids) {
    const { tags } = knownRun(context.db, runId)
    const kept = tags.filter((tag) => !removeTags.includes(tag))
    const isTagged = addTags.length + removeTags.length > 0
    annotate(context, runId, {
      ...(change.name !== undefined && { name: change.name }),
      ...(change.note !== undefined && { note: change.note }),
      ...(change.favourite !== undefined && { favourite: change.favourite }),
      ...(change.archived !== undefined && { archived: change.archived }),
      ...(isTagged && { tags: [...kept, ...addTags] }),
    })
  }
}

function checkedName(runId: string, name: string): string {
  const trimmed = name.trim()
  if (trimmed === '' || trimmed.length > 200)
    throw new UserError(
      `While renaming run ${runId}: the name must have 1 to 200 characters (received ${show(name)}).`,
    )
  return trimmed
}
