import { z } from 'zod'
import type { Db } from './database.ts'
import { listDatasets } from './datasets.ts'
import { listEnsembles } from './ensembles.ts'
import { readAll } from './metrics/read.ts'
import { viewSeries } from './metrics/view.ts'
import { findRequest } from './requests.ts'
import { epochRow } from './rows.ts'
import { listFeedback, listRuns, runByPrefix } from './runReads.ts'
import {
  listSnapshots,
  readCheckpoint,
  readPredictions,
  snapshotById,
  snapshotModel,
  snapshotSteps,
} from './snapshots.ts'
import type { EpochRecord, StoreReads } from './types.ts'

const nameRow = z.object({ name: z.string() })
const versionRow = z.object({ version: z.number() })

export function createReads(db: Db): StoreReads {
  return {
    run: (idPrefix) => runByPrefix(db, idPrefix),
    runs: (filter) => listRuns(db, filter),
    epochs: (runId) => listEpochs(db, runId),
    feedback: (runId) => listFeedback(db, runId),
    snapshots: (runId) => listSnapshots(db, runId),
    snapshot: (id) => snapshotById(db, id),
    snapshotModel: (id) => db.read(() => snapshotModel(db, id)),
    predictions: (snapshotId, part) => readPredictions(db, snapshotId, part),
    checkpoint: (runId) => db.read(() => readCheckpoint(db, runId)),
    series: (query) =>
      db.read(() =>
        viewSeries(db, {
          ...query,
          pinned: [...(query.pinned ?? []), ...snapshotSteps(db, query.runId)],
        }),
      ),
    seriesNames: (runId) =>
      db.all(nameRow, 'SELECT name FROM series WHERE run_id = ? ORDER BY id', runId).map(({ name }) => name),
    chunks: (runId, series) => readAll(db, runId, series),
    ensembles: (runId) => listEnsembles(db, runId),
    datasets: () => listDatasets(db),
    request: (id) => findRequest(db, id),
    version: () => db.get(versionRow, 'SELECT version FROM lab')?.version ?? 0,
  }
}

function listEpochs(db: Db, runId: string): EpochRecord[] {
  return db.all(
    epochRow,
    `SELECT epoch, step, train_loss AS trainLoss, train_accuracy AS trainAccuracy, val_loss AS valLoss,
       val_accuracy AS valAccuracy, test_loss AS testLoss, test_accuracy AS testAccuracy, seconds
     FROM epochs WHERE run_id = ? ORDER BY epoch`,
    runId,
  )
}
