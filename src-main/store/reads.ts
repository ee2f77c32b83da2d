import { z } from 'zod'
import { changesSince, labVersion, lastSpeed, runSince } from './changes.ts'
import { readCheckpoint, readInitialTensors, readStateAfter } from './checkpoints.ts'
import type { Db } from './database.ts'
import { listDatasets } from './datasets.ts'
import { findDeviceComparison, listDeviceComparisons } from './deviceComparisons.ts'
import { readingOf } from './elsewhere.ts'
import { ensembleInfos, listEnsembles } from './ensembles.ts'
import { EPOCH_COLUMNS } from './evaluationRows.ts'
import { listFollowed } from './followed.ts'
import type { Hosts } from './hosts.ts'
import { readKernels } from './kernels.ts'
import { childrenInNeed, familyOf, hasStartState } from './lineage.ts'
import { setUpElsewhere, trainingRun, watchTraining } from './machineUse.ts'
import { valuesAtStep } from './metrics/atStep.ts'
import { readAll } from './metrics/read.ts'
import { createSeriesViews } from './metrics/smoothed.ts'
import { listQueue, processorUse } from './queue.ts'
import { findRequest } from './requests.ts'
import { epochRow } from './rows.ts'
import { listFeedback, listRuns, RUN_VISIBLE, runByPrefix } from './runReads.ts'
import { readSlots } from './settings.ts'
import { similarRuns } from './similar.ts'
import { listSnapshots, readPredictions, snapshotById, snapshotModel, snapshotSteps } from './snapshots.ts'
import { startSeconds } from './startTimes.ts'
import { readStorage } from './storage.ts'
import { createStudies } from './studyReads.ts'
import { createSummaries } from './summaries.ts'
import type { EpochRecord, StoreReads } from './types.ts'

const nameRow = z.object({ name: z.string() })

export function createReads(db: Db, hosts: Hosts, now: () => number): StoreReads {
  const summaries = createSummaries(db)
  const views = createSeriesViews(db)
  const studies = createStudies(db)
  return {
    run: (idPrefix) => runByPrefix(db, idPrefix),
    runs: (filter) => listRuns(db, filter),
    queue: () => listQueue(db),
    startSeconds: (device) => startSeconds(db, device),
    similarRuns: (spec, datasetId, trainedOn) => similarRuns(db, spec, datasetId, trainedOn),
    summaries: (of) => db.read(() => summaries.list(of)),
    summary: (idPrefix) => db.read(() => summaries.one(idPrefix)),
    changesSince: (version) => db.read(() => changesSince(db, summaries, version)),
    runSince: (idPrefix, cursor) => db.read(() => runSince(db, summaries, idPrefix, cursor)),
    epochs: (runId) => listEpochs(db, runId),
    feedback: (runId) => listFeedback(db, runId),
    kernels: (runId) => readKernels(db, runId),
    snapshots: (runId) => listSnapshots(db, runId),
    snapshot: (id) => snapshotById(db, id),
    snapshotModel: (id) => db.read(() => snapshotModel(db, id)),
    predictions: (snapshotId, part) => readPredictions(db, snapshotId, part),
    initialTensors: (runId) => db.read(() => readInitialTensors(db, runId)),
    checkpoint: (runId) => db.read(() => readCheckpoint(db, runId)),
    stateAfter: (runId, stepsDone) => db.read(() => readStateAfter(db, runId, stepsDone)),
    hasStartState: (runId) => hasStartState(db, runId),
    childrenInNeed: (runId) => childrenInNeed(db, runId),
    family: (runId) => familyOf(db, runId),
    series: (query) =>
      db.read(() =>
        views.view({
          ...query,
          pinned: [...(query.pinned ?? []), ...snapshotSteps(db, query.runId)],
        }),
      ),
    prepareSeries: (query, milliseconds) => db.read(() => views.prepare(query, milliseconds)),
    seriesNames: (runId) =>
      db.all(nameRow, 'SELECT name FROM series WHERE run_id = ? ORDER BY id', runId).map(({ name }) => name),
    chunks: (runId, series) => readAll(db, runId, series),
    ensembles: (runId) => listEnsembles(db, runId),
    ensembleInfos: (runId) => ensembleInfos(db, runId),
    valuesAtStep: (runIds, series, step) => db.read(() => valuesAtStep(db, runIds, series, step)),
    lastSamplesPerSecond: (runId) => lastSpeed(db, runId),
    studies: () => db.read(() => studies.list()),
    study: (idPrefix) => db.read(() => studies.get(idPrefix)),
    studiesSince: (version) => db.read(() => studies.changesSince(version)),
    studySince: (id, version) => db.read(() => studies.since(id, version)),
    studyCells: (id) => db.read(() => studies.cells(id)),
    slots: () => readSlots(db),
    processorUse: (runId) => db.read(() => processorUse(db, runId)),
    storage: () => db.read(() => readStorage(db)),
    followed: () => listFollowed(db, hosts),
    eventReading: (runId) => readingOf(db, runId),
    datasets: () => listDatasets(db),
    request: (id) => findRequest(db, id),
    deviceComparison: (machine, subject) => findDeviceComparison(db, machine, subject),
    deviceComparisons: (machine) => listDeviceComparisons(db, machine),
    trainingRun: (except) => trainingRun(db, except),
    setUpElsewhere: (hostId, before) => setUpElsewhere(db, hostId, before),
    watchTraining: (except) => watchTraining(db, now, except),
    damage: (runId) => db.damage.of(runId),
    allDamage: () => db.damage.all(),
    onDamage: (onChange) => db.damage.listen(onChange),
    version: () => labVersion(db),
  }
}

function listEpochs(db: Db, runId: string): EpochRecord[] {
  return db.all(
    epochRow,
    `SELECT ${EPOCH_COLUMNS} FROM epochs WHERE run_id = ? AND ${RUN_VISIBLE} ORDER BY epoch`,
    runId,
  )
}
