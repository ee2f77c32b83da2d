import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import type { RunSummary } from '../../shared/api/runs.ts'
import { show, UserError } from '../../shared/errors.ts'
import { isActive } from '../../shared/run/state.ts'
import type { Db } from './database.ts'
import { ENSEMBLE_VISIBLE } from './ensembles.ts'
import { createEpochDigests, type EpochDigests } from './epochDigest.ts'
import { PLANNED_STOP } from './requests.ts'
import { json, RUN_COLUMNS, runRow } from './rows.ts'
import { runByPrefix, VISIBLE } from './runReads.ts'
import type { RunList } from './types.ts'

/** Summaries kept, of which a lab of thousands of runs needs all. */
const KEPT = 20_000

const WHICH: Record<RunList, string> = {
  current: `${VISIBLE} AND archived = 0`,
  archived: `${VISIBLE} AND archived = 1`,
  deleted: 'deleted_at IS NULL AND trashed_at IS NOT NULL',
}

const keyRow = z.object({ id: z.string(), changed: z.number() })
const summaryRow = z.object({
  stopsAfterStep: z.number().nullable(),
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
const COLUMNS = `${RUN_COLUMNS},
  ${PLANNED_STOP} AS stopsAfterStep,
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
  const digests = createEpochDigests(db)
  const kept = new LRUCache<string, { readonly changed: number; readonly summary: RunSummary }>({ max: KEPT })

  const of = (keys: readonly z.infer<typeof keyRow>[]): RunSummary[] => {
    const stale = keys.filter(({ id, changed }) => kept.get(id)?.changed !== changed)
    const changes = new Map(stale.map(({ id, changed }) => [id, changed]))
    const read = readSummaries(db, digests, [...changes.keys()])
    // A lab may have more runs than are kept.
    const fresh = new Map(read.map((summary) => [summary.id, summary]))
    const known = new Map(keys.map(({ id }) => [id, fresh.get(id) ?? kept.peek(id)?.summary]))
    for (const summary of read) kept.set(summary.id, { changed: changes.get(summary.id) ?? 0, summary })
    return withContacts(
      db,
      keys.flatMap(({ id }) => known.get(id) ?? []),
    )
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

const contactRow = z.object({ id: z.string(), contactAt: z.number().nullable() })

/** That a worker has spoken for its run is no change of it: what is kept says when it did then. */
function withContacts(db: Db, summaries: RunSummary[]): RunSummary[] {
  const isOnWorker = ({ place, status }: RunSummary): boolean => place?.worker != null && isActive(status)
  if (!summaries.some(isOnWorker)) return summaries
  const rows = db.all(
    contactRow,
    `SELECT runs.id, contact_at AS contactAt FROM runs JOIN placements ON run_id = runs.id
     WHERE status IN ('running', 'paused') AND worker_id IS NOT NULL`,
  )
  const contacts = new Map(rows.map(({ id, contactAt }) => [id, contactAt]))
  return summaries.map((run) => {
    const contactAt = contacts.get(run.id)
    if (run.place === null || contactAt === undefined || contactAt === run.place.contactAt) return run
    return { ...run, place: { ...run.place, contactAt } }
  })
}

function readSummaries(db: Db, digests: EpochDigests, ids: readonly string[]): RunSummary[] {
  if (ids.length === 0) return []
  const runs = db.all(
    row,
    `SELECT ${COLUMNS} FROM runs WHERE id IN (SELECT value FROM json_each(?))`,
    JSON.stringify(ids),
  )
  const digest = digests.of(
    runs.map(({ id, spec, kind }) => ({
      id,
      hasValidation: spec.dataset.validation > 0,
      isRewritten: kind === 'elsewhere',
    })),
  )
  return runs.map(({ hostId: _, finalWeightsSha256: __, ...run }) => ({
    ...run,
    ...(digest.get(run.id) ?? { last: null, best: null, spark: [] }),
  }))
}
