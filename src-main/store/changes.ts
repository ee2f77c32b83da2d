import { z } from 'zod'
import type { FeedbackInfo, SnapshotInfo } from '../../shared/api/runs.ts'
import { float64Of } from './blobs.ts'
import type { Db } from './database.ts'
import { EPOCH_COLUMNS } from './evaluationRows.ts'
import { kernelsSince } from './kernels.ts'
import { CHUNK_STEPS } from './metrics/points.ts'
import { epochInfoRow, feedbackRow, snapshotRow } from './rows.ts'
import { SNAPSHOTS } from './snapshots.ts'
import type { Summaries } from './summaries.ts'
import type { LabChanges, RunNews } from './types.ts'

const changedRow = z.object({ id: z.string(), changed: z.number(), trashed: z.number() })
const idRow = z.object({ id: z.string() })
const versionRow = z.object({ version: z.number() })
const speedRow = z.object({ speed: z.instanceof(Uint8Array) })

export const labVersion = (db: Db): number => db.get(versionRow, 'SELECT version FROM lab')?.version ?? 0

/** What changed after a version of the lab. */
export function changesSince(db: Db, summaries: Summaries, since: number): LabChanges {
  const known = labVersion(db)
  // A file that another has taken the place of (a copy put back) may have seen less than was asked about.
  const version = since > known ? -1 : since
  const rows = db.all(
    changedRow,
    `SELECT id, changed, trashed_at IS NOT NULL AS trashed FROM runs
     WHERE changed > ? AND deleted_at IS NULL ORDER BY created_at DESC, id DESC`,
    version,
  )
  return {
    version: known,
    changed: summaries.of(rows.filter(({ trashed }) => trashed === 0)),
    deleted: rows.filter(({ trashed }) => trashed === 1).map(({ id }) => id),
    removed: db.all(idRow, 'SELECT id FROM purged_runs WHERE version > ?', version).map(({ id }) => id),
  }
}

/**
 * Epochs, snapshots and feedback are only ever added at the end, and an epoch cut by a budget is finished later, so the
 * last of each says which are new; so does the attempt that measured the kernels. The version says whether anything changed at all.
 */
const cursorOf = z
  .string()
  .regex(/^\d+(\.-?\d+){5}$/)
  .transform((text) => text.split('.').map(Number))
const START = [-1, 0, -1, 0, -1, 0]

/** @returns undefined when nothing of the run has changed since the cursor  @throws UserError when it is not there */
export function runSince(db: Db, summaries: Summaries, runId: string, cursor?: string): RunNews | undefined {
  const run = summaries.one(runId)
  const asked = cursorOf.safeParse(cursor).data ?? START
  // As in changesSince: such a cursor is of another state of the file.
  const isKnown = (asked[0] ?? 0) <= labVersion(db)
  const [version = -1, epochAt = 0, stepAt = -1, snapshot = 0, feedback = -1, measured = 0] = isKnown
    ? asked
    : START
  // Another program may evaluate anew what it had evaluated, and complete it later.
  const [epoch, epochStep] = run.kind === 'elsewhere' ? [0, -1] : [epochAt, stepAt]
  const changed = db.get(versionRow, 'SELECT changed AS version FROM runs WHERE id = ?', run.id)?.version ?? 0
  if (changed <= version) return undefined
  const epochs = db.all(
    epochInfoRow,
    `SELECT ${EPOCH_COLUMNS} FROM epochs WHERE run_id = ? AND epoch >= ? AND step > ? ORDER BY epoch`,
    run.id,
    epoch,
    epochStep,
  )
  const snapshots: SnapshotInfo[] = db.all(
    snapshotRow,
    `${SNAPSHOTS} WHERE run_id = ? AND id > ? ORDER BY step`,
    run.id,
    snapshot,
  )
  const cuts: FeedbackInfo[] = db.all(
    feedbackRow,
    'SELECT step, lr, reason FROM run_feedback WHERE run_id = ? AND step > ? ORDER BY step',
    run.id,
    feedback,
  )
  const kernels = kernelsSince(db, run.id, measured)
  const last = epochs.at(-1)
  return {
    cursor: [
      changed,
      last?.epoch ?? epoch,
      last?.step ?? epochStep,
      Math.max(snapshot, ...snapshots.map(({ id }) => id)),
      cuts.at(-1)?.step ?? feedback,
      kernels?.attempt ?? measured,
    ].join('.'),
    run,
    epochs,
    snapshots,
    feedback: cuts,
    kernels: kernels?.kernels ?? null,
    samplesPerSecond: run.status === 'running' ? lastSpeed(db, run.id) : null,
  }
}

/**
 * The last number of the run's last event, which is its speed; in the last chunk when that has just been closed. A row of the
 * tail from before the last chunk's end is one that was damaged when its chunk was closed.
 */
export function lastSpeed(db: Db, runId: string): number | null {
  const tail = db.get(
    speedRow,
    `SELECT substr(data, -8) AS speed FROM metric_tail
     WHERE run_id = ? AND first_step >= (SELECT steps_done FROM runs WHERE id = ?) / ${CHUNK_STEPS} * ${CHUNK_STEPS}
     ORDER BY first_step DESC LIMIT 1`,
    runId,
    runId,
  )
  const row =
    tail ??
    db.get(
      speedRow,
      `SELECT substr(data, -8) AS speed FROM metric_chunks
       WHERE series_id = (SELECT id FROM series WHERE run_id = ? AND name = 'samplesPerSecond')
       ORDER BY chunk DESC LIMIT 1`,
      runId,
    )
  const speed = row === undefined ? undefined : float64Of(row.speed)[0]
  return speed !== undefined && Number.isFinite(speed) ? speed : null
}
