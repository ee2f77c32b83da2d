import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { About } from '../../shared/api/lab.ts'
import type { Services } from '../../shared/api/services.ts'
import type { WorkerServices } from '../../shared/api/workers.ts'
import { UserError } from '../../shared/errors.ts'
import type { Core } from '../core.ts'
import { placeExamples } from '../ensembles/examplePlaces.ts'
import { createDatasetServices } from './datasets.ts'
import { createElsewhereServices } from './elsewhere.ts'
import { createEnsembleServices } from './ensembles.ts'
import { createLabServices } from './lab.ts'
import { createPredictionServices } from './predictions.ts'
import { createPulse } from './pulse.ts'
import { createRateTestServices } from './rateTests.ts'
import { createRunServices } from './runs.ts'
import { createSeriesServices } from './series.ts'
import { createSqlServices } from './sql.ts'
import { createStudyServices } from './studies.ts'
import { createWorkerServices } from './workers.ts'

export { createFiles, type FileDoor } from './files.ts'

/** The folder with package.json, resources/ and out/. */
const checkout = fileURLToPath(new URL('../../', import.meta.url))

interface Places {
  /** Where package.json, resources/ and out/ lie. */
  readonly root?: string
  /** The window that the door serves. */
  readonly windowFolder?: string
}

/** What every door offers its window. */
export function createServices(
  core: Core,
  door: About['door'],
  { root = checkout, windowFolder = path.join(root, 'out', 'renderer') }: Places = {},
): Services {
  const pulse = createPulse(core)
  return {
    runs: createRunServices(core, pulse, root),
    rateTests: createRateTestServices(core, pulse),
    series: createSeriesServices(core),
    studies: createStudyServices(core, pulse),
    ensembles: createEnsembleServices(core, pulse),
    predictions: createPredictionServices(core),
    datasets: createDatasetServices(core),
    elsewhere: createElsewhereServices(core, pulse),
    workers: createWorkerServices(untilTheyCome, pulse),
    sql: createSqlServices(core),
    mistakes: { place: (input) => placeExamples(core, input) },
    lab: createLabServices(core, pulse, door, { root, windowFolder }),
  }
}

/** A host without workers, as long as the core has no service of them. */
const none = async (): Promise<never> => {
  throw new UserError('While asking for a worker: this host has none.')
}
const untilTheyCome: WorkerServices = {
  info: async () => ({
    workers: [],
    queue: { state: 'none', address: null, words: null, offers: 0 },
    address: null,
    problem: null,
    slurm: { isReady: false, words: null },
    patience: 30 * 60_000,
  }),
  add: none,
  inviteAgain: none,
  command: none,
  setSettings: () => {
    throw new UserError('While setting how long workers are waited for: this host has none.')
  },
}
