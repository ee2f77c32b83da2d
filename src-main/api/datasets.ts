import type { DamagedDatasetInfo, DatasetInfo, ImportStep, TableSample } from '../../shared/api/datasets.ts'
import type { Cancellation, Services } from '../../shared/api/services.ts'
import { UserError } from '../../shared/errors.ts'
import type { Core } from '../core.ts'
import { createDataUploads } from '../datasets/dataUploads.ts'
import {
  browse,
  bytesPerValue,
  type Catalogue,
  type DatasetMeta,
  EMBEDDED,
  type ImportedDataset,
  type ImportOptions,
  previewTable,
  type StoredDataset,
} from '../datasets/index.ts'
import { previewData } from '../datasets/preview/previewData.ts'
import { refuseWhileNeeded } from '../runs/datasetUse.ts'
import { inSteps } from './inSteps.ts'
import { whileWanted } from './whileWanted.ts'

const sampledRows = 20

export function createDatasetServices({ catalogue, store, home }: Core): Services['datasets'] {
  const uploads = createDataUploads(home)
  const runsByDataset = () => Map.groupBy(store.read.runs(), ({ datasetId }) => datasetId)
  const describe = async (dataset: StoredDataset, runsOf = runsByDataset()): Promise<DatasetInfo> => {
    const { train, test } = await catalogue.classCounts(dataset)
    const { meta, otherNames = [] } = dataset
    const { id, name, kind, shape, classes, trainCount, testCount, source } = meta
    return {
      ...{ id, name, otherNames, kind, shape, classes, trainCount, testCount, source },
      trainPerClass: train,
      testPerClass: test,
      bytes: storedBytes(meta),
      license: meta.license ?? null,
      embedded: id === EMBEDDED.id,
      runs: runsOf.get(id)?.length ?? 0,
      features: meta.columns ?? null,
    }
  }
  return {
    async list() {
      const stored = await catalogue.list()
      const damaged: DamagedDatasetInfo[] = (await catalogue.damaged()).map(({ id, problem }) => ({
        id,
        problem,
      }))
      const runsOf = runsByDataset()
      const whole: DatasetInfo[] = []
      for (const dataset of stored) {
        const described = await describe(dataset, runsOf).catch(asUserError)
        if (described instanceof UserError) damaged.push({ id: dataset.meta.id, problem: described.message })
        else whole.push(described)
      }
      return { whole, damaged }
    },
    preview: (options, signal) => whileWanted(signal, (ended) => previewData(options, ended)),
    upload: (pieces) => uploads.take(pieces),
    dropUpload: (upload) => uploads.drop(upload),
    async *import(options, signal) {
      const release = await uploads.keepHolding(options.path)
      try {
        for await (const step of importInSteps(catalogue, options, signal, describe)) {
          // What it was made from is no longer needed; a refused import may be tried again.
          if (step.type === 'done') await uploads.dropHolding(options.path)
          yield step
        }
      } finally {
        release()
      }
    },
    async remove(id) {
      refuseWhileNeeded(runsByDataset().get(id) ?? [], id)
      await catalogue.remove(id)
    },
    browse: (path) => browse(path),
    columns: ({ path, ...options }) => previewTable(path, options),
    async sample(id) {
      const { meta } = await catalogue.resolve(id)
      return tableOf(meta, await catalogue.sampleRows(id, sampledRows))
    },
    async rows({ id, indices }) {
      const { meta } = await catalogue.resolve(id)
      return tableOf(meta, await catalogue.rows(id, indices))
    },
  }
}

const tableOf = ({ columns }: DatasetMeta, rows: TableSample['rows']): TableSample => ({
  features: columns ?? rows[0]?.values.map((_, i) => `column ${i}`) ?? [],
  rows,
})

/** Bytes its examples and labels take. */
export function storedBytes({ shape, dtype, trainCount, testCount }: DatasetMeta): number {
  const numbers = shape.reduce((product, n) => product * n, 1)
  return (trainCount + testCount) * (numbers * bytesPerValue(dtype) + 2)
}

const asUserError = (error: unknown): UserError => {
  if (error instanceof UserError) return error
  throw error
}

const namedClasses = 3

/** What the person who imported a data set may not expect of it, a sentence each. */
async function warningsOf(
  catalogue: Catalogue,
  { alreadyStored, addedName, notes }: ImportedDataset,
  { id, name, classes, testCount, trainPerClass, testPerClass }: DatasetInfo,
): Promise<string[]> {
  const warnings = [...notes]
  const now = addedName === undefined ? '' : `; ${addedName} is another name of them now`
  if (alreadyStored) warnings.push(`The same examples were stored before, as ${name}${now}.`)
  const namesakes = (await catalogue.list()).filter(({ meta }) => meta.name === name && meta.id !== id)
  if (namesakes.length > 0)
    warnings.push(`Another data set is called ${name} too: runs tell them apart by the id, here ${id}.`)
  const without = (counts: readonly number[]) => classes.filter((_, c) => counts[c] === 0)
  const untrained = without(trainPerClass)
  if (untrained.length > 0) warnings.push(`No training example of ${some(untrained)}: no run can learn that.`)
  const untested = testCount > 0 ? without(testPerClass) : []
  if (untested.length > 0) warnings.push(`No test example of ${some(untested)}: no test can tell of that.`)
  return warnings
}

/** "class a", "classes a, b and c", "classes a, b, c and 7 more" */
function some(names: readonly string[]): string {
  const shown = names.slice(0, namedClasses)
  const more = names.length - shown.length
  if (more > 0) return `classes ${shown.join(', ')} and ${more} more`
  const [last = '', ...rest] = shown.toReversed()
  return rest.length === 0 ? `class ${last}` : `classes ${rest.toReversed().join(', ')} and ${last}`
}

async function* importInSteps(
  catalogue: Catalogue,
  options: ImportOptions,
  signal: Cancellation | undefined,
  describe: (dataset: StoredDataset) => Promise<DatasetInfo>,
): AsyncGenerator<ImportStep, void, undefined> {
  const dataset = yield* inSteps(
    (report: (progress: Extract<ImportStep, { type: 'progress' }>) => void, checkWanted) =>
      catalogue.import(
        options,
        ({ done, total, unit }) => report({ type: 'progress', done, total: total ?? null, unit }),
        checkWanted,
      ),
    signal,
  )
  if (dataset === undefined) return
  const described = await describe(dataset)
  yield { type: 'done', dataset: described, warnings: await warningsOf(catalogue, dataset, described) }
}
