import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { About } from '../../shared/api/lab.ts'
import type { Services } from '../../shared/api/services.ts'
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
    workers: createWorkerServices(core.workers, pulse),
    sql: createSqlServices(core),
    mistakes: { place: (input) => placeExamples(core, input) },
    lab: createLabServices(core, pulse, door, { root, windowFolder }),
  }
}
