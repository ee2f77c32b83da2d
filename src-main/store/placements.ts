import { z } from 'zod'
import { show, UserError } from '../../shared/errors.ts'
import { isActive, runStatus } from '../../shared/run/state.ts'
import { type Placement, placement } from '../../shared/worker/placement.ts'
import type { AttemptKey } from '../../shared/worker/protocol.ts'
import type { Db } from './database.ts'
import { WAITS_FOR_PARENT } from './lineage.ts'
import { IS_ON_WORKER, IS_PLACED } from './placeColumn.ts'
import { IN_ORDER, QUEUED } from './queue.ts'
import { askAgain, askAnew, isStopAsked, stayPaused } from './requests.ts'
import { idRow, json, RUN_COLUMNS, runRow } from './rows.ts'
import { beginNextAttempt, knownRun, putStatus, type WriteContext } from './runWrites.ts'
import type {
  AttemptRequeue,
  Claimant,
  NewPlan,
  OfferableRun,
  PlacedAttempt,
  RunRecord,
  WorkerStore,
} from './types.ts'

/*
 * Runs that train, or are to train, on other machines. Whoever claims one gives it its next attempt; an attempt that is given
 * up leads back into the queue. Each write is within the caller's transaction.
 */

const IS_OFFERABLE = `${QUEUED} AND ${IS_PLACED} AND NOT ${WAITS_FOR_PARENT}
  AND NOT EXISTS (SELECT 1 FROM studies
    WHERE studies.id = runs.study_id AND trashed_at IS NULL AND status NOT IN ('active', 'finished'))`

export function offerableRuns(db: Db): OfferableRun[] {
  return db
    .all(runRow, `SELECT ${RUN_COLUMNS} FROM runs WHERE ${IS_OFFERABLE} ${IN_ORDER}`)
    .flatMap((run) =>
      run.place === null
        ? []
        : [{ run, placement: run.place.placement, slurmJob: run.place.slurm?.job ?? null }],
    )
}

const stampRow = z.object({ count: z.number(), last: z.number() })
const STAMP = `SELECT count(*) AS count, coalesce(max(changed), 0) AS last FROM runs WHERE ${QUEUED} AND ${IS_PLACED}`

export function offerableStamp(db: Db): string {
  const { count = 0, last = 0 } = db.get(stampRow, STAMP) ?? {}
  return `${count} ${last}`
}

const placedRow = z.object({
  runId: z.string(),
  attempt: z.number(),
  placement: json(placement),
  workerId: z.string().nullable(),
  slurmJob: z.string().nullable(),
  contactAt: z.number().nullable(),
  lastSeq: z.number(),
  stepsDone: z.number(),
  status: runStatus,
})

const PLACED_ATTEMPTS = `SELECT runs.id AS runId, attempt, placement, worker_id AS workerId, slurm_job AS slurmJob,
  contact_at AS contactAt, last_seq AS lastSeq, steps_done AS stepsDone, status
  FROM runs JOIN placements ON run_id = runs.id
  WHERE status IN ('running', 'paused') AND worker_id IS NOT NULL AND deleted_at IS NULL`

export const placedAttempts = (db: Db): PlacedAttempt[] =>
  db.all(placedRow, `${PLACED_ATTEMPTS} ORDER BY runs.id`)

export const placedAttempt = (db: Db, runId: string): PlacedAttempt | undefined =>
  db.get(placedRow, `${PLACED_ATTEMPTS} AND runs.id = ?`, runId)

const lastSeqRow = z.object({ lastSeq: z.number() })

/** Of an attempt that is the last of a run which has ended. */
export const lastSeqOfEnded = (
  db: Db,
  { runId, attempt }: AttemptKey,
  workerId: string,
): number | undefined =>
  db.get(
    lastSeqRow,
    `SELECT last_seq AS lastSeq FROM runs JOIN placements ON run_id = runs.id
     WHERE runs.id = ? AND attempt = ? AND worker_id = ? AND status IN ('completed', 'stopped', 'failed')
       AND deleted_at IS NULL`,
    runId,
    attempt,
    workerId,
  )?.lastSeq

const gaveUpRow = z.object({ gaveUp: z.enum(['running', 'paused']).nullable() })

/** Whether a run placed so may go to whoever asks. */
const mayTake = (placed: Placement, { workerId, slurmJob }: Claimant): boolean =>
  placed.at === 'anyWorker'
    ? slurmJob === undefined
    : placed.at === 'worker'
      ? placed.workerId === workerId
      : slurmJob !== undefined

export function claimPlaced(context: WriteContext, runId: string, claimant: Claimant): RunRecord | undefined {
  const { db, now } = context
  const [run] = db.all(runRow, `SELECT ${RUN_COLUMNS} FROM runs WHERE id = ? AND ${IS_OFFERABLE}`, runId)
  if (run?.place == null || !mayTake(run.place.placement, claimant)) return undefined
  beginNextAttempt(context, run.id)
  askAnew(db, run.id)
  const { gaveUp } =
    db.get(gaveUpRow, 'SELECT gave_up AS gaveUp FROM placements WHERE run_id = ?', run.id) ?? {}
  if (gaveUp === 'paused') stayPaused(db, run.id, now())
  db.run(
    `UPDATE placements SET worker_id = ?, contact_at = ?, out_of_touch_since = NULL, gave_up = NULL,
       steps_before = (SELECT steps_done FROM runs WHERE id = run_id),
       slurm_job = coalesce(?, slurm_job) WHERE run_id = ?`,
    claimant.workerId,
    now(),
    claimant.slurmJob ?? null,
    run.id,
  )
  return knownRun(db, run.id)
}

/** @returns whether one of them had been taken for silent */
export function touch(db: Db, keys: readonly AttemptKey[], now: number): boolean {
  let isNews = false
  for (const { runId, attempt } of keys) {
    const which = `run_id = ? AND EXISTS (SELECT 1 FROM runs WHERE id = run_id AND attempt = ?)`
    db.run(`UPDATE placements SET contact_at = ? WHERE ${which}`, now, runId, attempt)
    const { changes } = db.run(
      `UPDATE placements SET out_of_touch_since = NULL WHERE out_of_touch_since IS NOT NULL AND ${which}`,
      runId,
      attempt,
    )
    isNews ||= changes > 0
  }
  return isNews
}

const SILENT = `FROM placements JOIN runs ON runs.id = run_id
  WHERE host_id = ? AND status IN ('running', 'paused') AND out_of_touch_since IS NULL AND contact_at < ?`
const keyRow = z.object({ runId: z.string(), attempt: z.number() })

export const silentRuns = ({ db, hosts }: WriteContext, before: number): AttemptKey[] =>
  db.all(keyRow, `SELECT runs.id AS runId, attempt ${SILENT}`, hosts.id, before)

export function putSilent({ db, hosts }: WriteContext, before: number): void {
  db.run(
    `UPDATE placements SET out_of_touch_since = contact_at WHERE run_id IN (SELECT run_id ${SILENT})`,
    hosts.id,
    before,
  )
}

/** Before the first of its kind: those started by hand, or those of its study. */
const FIRST_PLACE = `(SELECT coalesce(min(queue_place), 1) - 1 FROM runs AS others
  WHERE others.status = 'queued' AND others.study_id IS runs.study_id)`

export function requeue(
  context: WriteContext,
  { runId, attempt }: AttemptKey,
  { reason, isFailure, isOver = isFailure }: AttemptRequeue,
): boolean {
  const { db, now } = context
  const run = placedAttempt(db, runId)
  if (run === undefined || run.attempt !== attempt) return false
  db.run(
    `UPDATE placements SET gave_up = ?, out_of_touch_since = NULL,
       failures = CASE WHEN ? > steps_before THEN 0 ELSE failures + ? END WHERE run_id = ?`,
    isOver ? null : run.status,
    run.stepsDone,
    Number(isFailure),
    runId,
  )
  db.run(
    `UPDATE runs SET status = 'queued', reason = ?, ended_at = NULL, host_id = NULL, queue_place = ${FIRST_PLACE} WHERE id = ?`,
    reason,
    runId,
  )
  // Of an attempt that nobody takes back; else the claim of the next one says it.
  if (isFailure && run.status === 'paused') stayPaused(db, runId, now())
  if (isStopAsked(db, runId))
    putStatus(context, runId, 'stopped', `${reason} It had been asked to stop before.`)
  return true
}

export function takeBack(
  { db, hosts, now }: WriteContext,
  { runId, attempt }: AttemptKey,
  workerId: string,
): boolean {
  const { changes } = db.run(
    `UPDATE runs SET status = (SELECT gave_up FROM placements WHERE run_id = runs.id), reason = NULL, host_id = ?, queue_place = NULL
     WHERE ${QUEUED} AND id = ? AND attempt = ? AND EXISTS (
       SELECT 1 FROM placements WHERE run_id = runs.id AND worker_id = ? AND gave_up IS NOT NULL)`,
    hosts.id,
    runId,
    attempt,
    workerId,
  )
  if (changes === 0) return false
  db.run(
    'UPDATE placements SET contact_at = ?, out_of_touch_since = NULL, gave_up = NULL WHERE run_id = ?',
    now(),
    runId,
  )
  askAgain(db, runId)
  return true
}

/** Those of this host from then on. Sweep before. */
export function adoptPlaced({ db, hosts }: WriteContext): PlacedAttempt[] {
  const runs = db.all(
    idRow,
    `UPDATE runs SET host_id = ? WHERE host_id IS NULL AND deleted_at IS NULL AND ${IS_ON_WORKER} RETURNING id`,
    hosts.id,
  )
  for (const { id } of runs) askAgain(db, id)
  return runs.flatMap(({ id }) => placedAttempt(db, id) ?? [])
}

export function releasePlaced({ db, hosts }: WriteContext): void {
  db.run(`UPDATE runs SET host_id = NULL WHERE host_id = ? AND ${IS_ON_WORKER}`, hosts.id)
}

export function withdraw(context: WriteContext, runId: string, reason: string): boolean {
  const { db } = context
  const run = db.get(idRow, `SELECT id FROM runs WHERE id = ? AND ${QUEUED} AND ${IS_PLACED}`, runId)
  if (run === undefined) return false
  putStatus(context, run.id, 'stopped', reason)
  return true
}

export function placeRun({ db }: WriteContext, runId: string, to: Placement | null): void {
  const { id, status } = knownRun(db, runId)
  if (status !== 'queued')
    throw new UserError(
      `While placing run ${show(id)}: it is ${status}, and only runs that are queued can be placed elsewhere; ${isActive(status) ? 'stop it first' : 'queue it again first'}.`,
    )
  if (to === null) db.run('DELETE FROM placements WHERE run_id = ?', id)
  else putPlacement(db, id, to)
}

function putPlacement(db: Db, runId: string, to: Placement): void {
  db.run(
    `INSERT INTO placements (run_id, placement) VALUES (?, ?)
     ON CONFLICT (run_id) DO UPDATE SET placement = excluded.placement, worker_id = NULL, gave_up = NULL, failures = 0,
       slurm_job = NULL, slurm_state = NULL, slurm_reason = NULL`,
    runId,
    JSON.stringify(to),
  )
}

export function queueAgain(
  { db }: WriteContext,
  runId: string,
  replan?: (run: RunRecord) => NewPlan,
): RunRecord {
  const run = knownRun(db, runId)
  if (run.place === null) throw new Error(`Run ${run.id} is placed nowhere else, and is not queued again so.`)
  if (run.status === 'queued' || isActive(run.status))
    throw new UserError(
      `While queueing run ${run.id} again: it is ${run.status} already${run.status === 'queued' ? '' : '; stop it first'}.`,
    )
  const { plan, totalSteps } = replan?.(run) ?? { plan: run.planned.plan, totalSteps: run.totalSteps }
  db.run('DELETE FROM requests WHERE run_id = ?', run.id)
  db.run(
    `UPDATE runs SET status = 'queued', plan = ?, total_steps = ?, reason = NULL, diverged = NULL, ended_at = NULL, host_id = NULL,
       final_weights_sha256 = NULL,
       queue_place = (SELECT coalesce(max(queue_place), 0) + 1 FROM runs AS others
         WHERE others.status = 'queued' AND others.study_id IS runs.study_id)
     WHERE id = ?`,
    JSON.stringify(plan),
    totalSteps,
    run.id,
  )
  return knownRun(db, run.id)
}

export function setSlurmJob(
  { db }: WriteContext,
  runId: string,
  { job, state, reason }: Parameters<WorkerStore['setSlurmJob']>[1],
): void {
  db.run(
    `UPDATE placements SET slurm_job = ?, slurm_state = ?, slurm_reason = ?
     WHERE run_id = ? AND (slurm_job IS NOT ? OR slurm_state IS NOT ? OR slurm_reason IS NOT ?)`,
    job,
    state,
    reason,
    runId,
    job,
    state,
    reason,
  )
}
