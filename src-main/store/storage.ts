import { z } from 'zod'
import type { Storage } from '../../shared/api/lab.ts'
import type { Db } from './database.ts'

const counts = z.object({
  databaseBytes: z.number(),
  runs: z.number(),
  deletedRuns: z.number(),
  snapshots: z.number(),
  metricPoints: z.number(),
  snapshotBytes: z.number(),
})

/** Without the data sets, which are files. The length of a blob is read without the blob. */
export function readStorage(db: Db): Omit<Storage, 'datasetBytes' | 'freeBytes'> {
  const found = db.get(
    counts,
    `SELECT
       (SELECT page_count * page_size FROM pragma_page_count, pragma_page_size) AS databaseBytes,
       (SELECT count(*) FROM runs WHERE deleted_at IS NULL AND trashed_at IS NULL) AS runs,
       (SELECT count(*) FROM runs WHERE deleted_at IS NULL AND trashed_at IS NOT NULL) AS deletedRuns,
       (SELECT count(*) FROM snapshots) AS snapshots,
       (SELECT coalesce(sum(length(data) / 8), 0) FROM metric_chunks)
         + (SELECT coalesce(sum(length(data) / 8), 0) FROM metric_tail) AS metricPoints,
       (SELECT coalesce(sum(bytes), 0) FROM snapshots)
         + (SELECT coalesce(sum(length(probs) + length(labels)), 0) FROM snapshot_predictions) AS snapshotBytes`,
  )
  if (found === undefined) throw new Error('The counts of the database did not come.')
  return found
}
