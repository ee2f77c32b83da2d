import { z } from 'zod'
import type { EpochInfo, RunSummary } from '../../shared/api/runs.ts'
import { show, UserError } from '../../shared/errors.ts'
import type { Db } from './database.ts'
import { ENSEMBLE_VISIBLE } from './ensembles.ts'
import { epochInfoRow, json, RUN_COLUMNS, runRow } from './rows.ts'
import { runByPrefix, VISIBLE } from './runReads.ts'
import type { RunList } from './types.ts'

/** Values in the little curve of a row, at most. */
const SPARK = 48

/** Summaries kept, of which a lab of thousands of runs needs all. */
const KEPT = 20_000

const WHICH: Record<RunList, string> = {
  current: `${VISIBLE} AND archived = 0`,
  archived: `${VISIBLE} AND archived = 1`,
  deleted: 'deleted_at IS NULL AND trashed_at IS NOT NULL',
}

const keyRow = z.object({ id: z.string(), changed: z.number() })
const summaryRow = z.object({
  snapshots: json(
    z.array(
      z.object({
        id: z.number(),
        cycle: z.number(),
        step: z.number(),
        valAccuracy: z.number().nullable(),
        testAccuracy: z.number().nullable(),
      }),
    ),
  ),
  ensemble: json(
    z.object({
      id: z.number(),
      name: z.string(),
      valAccuracy: z.number().nullable(),
      testAccuracy: z.number().nullable(),
    }),
  ).nullable(),
})
const epochOfRow = epochInfoRow.extend({ runId: z.string() })
const sparkRow = z.object({ runId: z.string(), spark: json(z.array(z.number())) })

/** An epoch after which the model was evaluated. */
const EVALUATED = 'coalesce(val_accuracy, test_accuracy) IS NOT NULL'

const COLUMNS = `${RUN_COLUMNS},
  (SELECT json_group_array(json_object('id', id, 'cycle', cycle, 'step', step, 'valAccuracy', val_accuracy,
     'testAccuracy', test_accuracy) ORDER BY step) FROM snapshots WHERE run_id = runs.id) AS snapshots,
  (SELECT json_object('id', id, 'name', name, 'valAccuracy', val_accuracy, 'testAccuracy', test_accuracy)
   FROM ensembles
   WHERE id IN (SELECT ensemble_id FROM snapshots JOIN ensemble_members ON snapshot_id = snapshots.id
                WHERE run_id = runs.id) AND ${ENSEMBLE_VISIBLE}
   ORDER BY coalesce(val_accuracy, test_accuracy) DESC, id DESC LIMIT 1) AS ensemble`

const row = z.intersection(runRow, summaryRow)

/** Rows of the runs table. A run that has not changed since it was read is not read again. */
export interface Summaries {
  /** Newest first. */
  list(of: RunList): RunSummary[]
  /** @throws UserError when no visible run, or more than one, begins with the prefix */
  one(idPrefix: string): RunSummary
  /** In the order given; ids without a run are left out. */
  of(keys: readonly z.infer<typeof keyRow>[]): RunSummary[]
}

export function createSummaries(db: Db): Summaries {
  const kept = new Map<string, { readonly changed: number; readonly summary: RunSummary }>()

  const of = (keys: readonly z.infer<typeof keyRow>[]): RunSummary[] => {
    if (kept.size > KEPT) kept.clear()
    const stale = keys.filter(({ id, changed }) => kept.get(id)?.changed !== changed)
    const changes = new Map(stale.map(({ id, changed }) => [id, changed]))
    for (const summary of readSummaries(
      db,
      stale.map(({ id }) => id),
    ))
      kept.set(summary.id, { changed: changes.get(summary.id) ?? 0, summary })
    return keys.flatMap(({ id }) => kept.get(id)?.summary ?? [])
  }

  return {
    of,
    list: (which) =>
      of(
        db.all(
          keyRow,
          `SELECT id, changed FROM runs WHERE ${WHICH[which]} ORDER BY created_at DESC, id DESC`,
        ),
      ),
    one(idPrefix) {
      const { id } = runByPrefix(db, idPrefix)
      const [summary] = of(db.all(keyRow, 'SELECT id, changed FROM runs WHERE id = ?', id))
      if (summary === undefined)
        throw new UserError(`While looking for run ${show(idPrefix)}: it has just been deleted.`)
      return summary
    },
  }
}

function readSummaries(db: Db, ids: readonly string[]): RunSummary[] {
  if (ids.length === 0) return []
  const list = JSON.stringify(ids)
  const last = epochsOf(db, list, `epoch DESC`)
  const best = epochsOf(db, list, 'coalesce(val_accuracy, test_accuracy) DESC, epoch')
  const sparks = readSparks(db, list)
  return db
    .all(row, `SELECT ${COLUMNS} FROM runs WHERE id IN (SELECT value FROM json_each(?))`, list)
    .map(({ hostId: _, finalWeightsSha256: __, ...run }) => ({
      ...run,
      last: last.get(run.id) ?? null,
      best: best.get(run.id) ?? null,
      spark: sparks.get(run.id) ?? [],
    }))
}

/** Of each run the first evaluated epoch in an order. */
function epochsOf(db: Db, ids: string, order: string): Map<string, EpochInfo> {
  const rows = db.all(
    epochOfRow,
    `SELECT run_id AS runId, epoch, step, train_loss AS trainLoss, train_accuracy AS trainAccuracy,
       val_loss AS valLoss, val_accuracy AS valAccuracy, test_loss AS testLoss, test_accuracy AS testAccuracy, seconds
     FROM json_each(?) JOIN epochs ON run_id = value
     WHERE epoch = (SELECT epoch FROM epochs WHERE run_id = value AND ${EVALUATED} ORDER BY ${order} LIMIT 1)`,
    ids,
  )
  return new Map(rows.map(({ runId, ...epoch }) => [runId, epoch]))
}

/**
 * Epochs that have the accuracy the run is judged by, thinned by rank: of n of them the k-th is taken when k * 48 / n
 * passes a whole number, so that the last one always is.
 */
function readSparks(db: Db, ids: string): Map<string, number[]> {
  const rows = db.all(
    sparkRow,
    `SELECT run_id AS runId, json_group_array(accuracy ORDER BY epoch) AS spark FROM (
       SELECT run_id, epoch, coalesce(val_accuracy, train_accuracy) AS accuracy,
         row_number() OVER (PARTITION BY run_id ORDER BY epoch) AS rank, count(*) OVER (PARTITION BY run_id) AS n
       FROM json_each(?) JOIN epochs ON run_id = value
       WHERE val_accuracy IS NOT NULL OR (train_accuracy IS NOT NULL AND NOT EXISTS (
         SELECT 1 FROM epochs AS other WHERE other.run_id = value AND other.val_accuracy IS NOT NULL)))
     WHERE n <= ${SPARK} OR rank * ${SPARK} / n > (rank - 1) * ${SPARK} / n
     GROUP BY run_id`,
    ids,
  )
  return new Map(rows.map(({ runId, spark }) => [runId, spark]))
}
