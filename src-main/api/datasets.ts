import type { DatasetInfo, ImportStep } from '../../shared/api/datasets.ts'
import type { Cancellation, Services } from '../../shared/api/services.ts'
import { UserError } from '../../shared/errors.ts'
import { isActive } from '../../shared/run/state.ts'
import type { Core } from '../core.ts'
import {
  browse,
  type Catalogue,
  type DatasetMeta,
  EMBEDDED,
  type ImportOptions,
  type StoredDataset,
} from '../datasets/index.ts'

const sampledRows = 20

export function createDatasetServices({ catalogue, store }: Core): Services['datasets'] {
  const runsOf = (id: string) => store.read.runs().filter(({ datasetId }) => datasetId === id)
  const describe = async (dataset: StoredDataset): Promise<DatasetInfo> => {
    const { train, test } = await catalogue.classCounts(dataset)
    const { meta } = dataset
    const { id, name, kind, shape, classes, trainCount, testCount, source } = meta
    return {
      ...{ id, name, kind, shape, classes, trainCount, testCount, source },
      trainPerClass: train,
      testPerClass: test,
      bytes: storedBytes(meta),
      license: meta.license ?? null,
      embedded: id === EMBEDDED.id,
      runs: runsOf(id).length,
      features: meta.columns ?? null,
    }
  }
  return {
    async list() {
      const whole = await Promise.all((await catalogue.list()).map(describe))
      const damaged = (await catalogue.damaged()).map(({ id, problem }) => ({ id, problem }))
      return { whole, damaged }
    },
    import: (options, signal) => importInSteps(catalogue, options, signal, describe),
    async remove(id) {
      const using = runsOf(id).find(({ status }) => isActive(status))
      if (using !== undefined)
        throw new UserError(
          `While removing the data set ${id}: run ${using.id} is ${using.status} with it; stop that run first.`,
        )
      await catalogue.remove(id)
    },
    browse: (path) => browse(path),
    async sample(id) {
      const { meta } = await catalogue.resolve(id)
      const rows = await catalogue.sampleRows(id, sampledRows)
      const features = meta.columns ?? rows[0]?.values.map((_, i) => `column ${i}`) ?? []
      return { features, rows }
    },
  }
}

/** Bytes its examples and labels take. */
export function storedBytes({ shape, dtype, trainCount, testCount }: DatasetMeta): number {
  const numbers = shape.reduce((product, n) => product * n, 1)
  return (trainCount + testCount) * (numbers * (dtype === 'uint8' ? 1 : 4) + 2)
}

/** Thrown into an import to end it. */
class Cancelled extends Error {
  override readonly name = 'Cancelled'
}

/** What an import tells, as steps to be pulled: progress that nobody has taken yet is replaced by newer progress. */
async function* importInSteps(
  catalogue: Catalogue,
  options: ImportOptions,
  signal: Cancellation | undefined,
  describe: (dataset: StoredDataset) => Promise<DatasetInfo>,
): AsyncGenerator<ImportStep, void, undefined> {
  let latest: Extract<ImportStep, { type: 'progress' }> | undefined
  let wake: () => void = () => undefined
  let isOver = false
  let isAbandoned = false
  const importing = catalogue
    .import(options, ({ done, total, unit }) => {
      if (isAbandoned || signal?.aborted === true) throw new Cancelled('the window ended the import')
      latest = { type: 'progress', done, total: total ?? null, unit }
      wake()
    })
    .finally(() => {
      isOver = true
      wake()
    })
  importing.catch(() => undefined)
  try {
    while (!isOver) {
      if (latest === undefined) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
        continue
      }
      const step = latest
      latest = undefined
      yield step
    }
    const dataset = await importing
    yield { type: 'done', dataset: await describe(dataset), warnings: [] }
  } catch (error) {
    if (!(error instanceof Cancelled)) throw error
  } finally {
    isAbandoned = true
    // Whoever ended it may rely on nothing being left behind by now.
    await importing.catch(() => undefined)
  }
}
