import { fileURLToPath } from 'node:url'
import type { About } from '../../shared/api/lab.ts'
import type { Services } from '../../shared/api/services.ts'
import type { Core } from '../core.ts'
import { createDatasetServices } from './datasets.ts'
import { createEnsembleServices } from './ensembles.ts'
import { createLabServices } from './lab.ts'
import { createPulse } from './pulse.ts'
import { createRunServices } from './runs.ts'
import { createSeriesServices } from './series.ts'

export { createFiles, type FileDoor } from './files.ts'

/** The folder with package.json, resources/ and out/. */
const checkout = fileURLToPath(new URL('../../', import.meta.url))

/** What every door offers its window, which also works on the queue of runs. @param root where package.json, resources/ and out/ lie */
export function createServices(core: Core, door: About['door'], root = checkout): Services {
  const pulse = createPulse(core)
  core.runs.workOnQueue()
  return {
    runs: createRunServices(core, pulse, root),
    series: createSeriesServices(core),
    ensembles: createEnsembleServices(core, pulse),
    datasets: createDatasetServices(core),
    lab: createLabServices(core, door, root),
  }
}
