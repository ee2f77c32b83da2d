import path from 'node:path'
import { UserError } from '../shared/errors.ts'
import type { EngineName } from '../shared/run/spec.ts'
import { type Catalogue, createCatalogue } from './datasets/index.ts'
import { createDevices, type Devices } from './devices/index.ts'
import { keepTensorflowIn } from './devices/tensorflow/kept.ts'
import { createElsewhereService, type ElsewhereService } from './elsewhere/service.ts'
import { createEnsembleService, type EnsembleService } from './ensembles/service.ts'
import { homeFolder } from './homeFolder.ts'
import { createPredictionsService, type PredictionsService } from './outsidePredictions/service.ts'
import { createPredictionService, type PredictionService } from './predictions/service.ts'
import { createRunService, type RunService } from './runs/service.ts'
import { openStore } from './store/index.ts'
import type { Store } from './store/types.ts'
import { createStudyService, type StudyService } from './studies/service.ts'
import { appBundle } from './workers/appBundle.ts'
import { workerEnvironment } from './workers/environment.ts'
import { joinCommand } from './workers/joinCommand.ts'
import { createWorkerService, type WorkerService } from './workers/service.ts'

export interface CoreOptions {
  /** Where data sets and, unless `db` says otherwise, the database live. */
  readonly home: string
  /** The database file. */
  readonly db: string
  /** Devices that "auto" measures against each other, where not those of a user's machine. */
  readonly contenders?: readonly EngineName[]
  /** Milliseconds for which each of them is measured, where not the usual ones. */
  readonly measuredFor?: number
  /** Takes a line for whoever looks into why something was slow. */
  readonly log?: (line: string) => void
  /** Where ANNEAL_CLOCK and ANNEAL_WORKERS_PORT are looked for, if not in this program's own. */
  readonly env?: Environment
}

/** The services behind every door. */
export interface Core {
  readonly home: string
  readonly store: Store
  readonly catalogue: Catalogue
  readonly devices: Devices
  readonly runs: RunService
  readonly studies: StudyService
  readonly elsewhere: ElsewhereService
  readonly ensembles: EnsembleService
  readonly predictions: PredictionService
  readonly outsidePredictions: PredictionsService
  /** Other machines, which find this one only after `listen`. */
  readonly workers: WorkerService
  /** Ends the trainers of this host, then closes the database. */
  close(): Promise<void>
}

type Environment = Readonly<Record<string, string | undefined>>

/** @param db what the user gave, else `anneal.db` in the home folder */
export function databaseFile(env: Environment, db?: string): string {
  return db === undefined ? path.join(homeFolder(env), 'anneal.db') : path.resolve(db)
}

/** For reading only where nothing can be written: `store.health` says so. @throws UserError when it cannot even be read */
export function openCore({ home, db, contenders, measuredFor, log, env = process.env }: CoreOptions): Core {
  const forWorkers = workerEnvironment(env)
  const store = openStore(db, { ...(log !== undefined && { log }) })
  const catalogue = createCatalogue(home)
  keepTensorflowIn(home)
  const devices = createDevices({
    comparisons: {
      get: store.read.deviceComparison,
      list: store.read.deviceComparisons,
      put: store.write.putDeviceComparison,
    },
    neighbours: {
      training: store.read.trainingRun,
      measuringElsewhere: (before) => store.read.setUpElsewhere(store.hostId, before),
      watch: store.read.watchTraining,
      sweep: () => sweep(store),
    },
    ...(contenders !== undefined && { contenders }),
    ...(measuredFor !== undefined && { measuredFor }),
  })
  const runs = createRunService(store, catalogue, devices)
  const ensembles = createEnsembleService(store, catalogue, devices)
  const elsewhere = createElsewhereService(store)
  const workers = createWorkerService({
    ...forWorkers,
    home,
    store,
    catalogue,
    runs,
    app: appBundle,
    invitationCommand: joinCommand,
    ...(log !== undefined && { log }),
  })
  return {
    home,
    store,
    catalogue,
    devices,
    runs,
    studies: createStudyService(store, catalogue, runs),
    elsewhere,
    ensembles,
    predictions: createPredictionService(store, devices, ensembles),
    outsidePredictions: createPredictionsService(store, catalogue),
    workers,
    async close() {
      devices.close()
      await elsewhere.close()
      await workers.close()
      await runs.close()
      store.close()
    },
  }
}

/** Somebody who waits looks again later. */
function sweep({ write }: Store): void {
  try {
    write.sweepDeadRuns()
  } catch (error) {
    if (!(error instanceof UserError)) throw error
  }
}
