import type { ExamplePlaces } from '../../shared/api/mistakes.ts'
import type { Part } from '../../shared/ensemble/predictions.ts'
import { UserError } from '../../shared/errors.ts'
import { ELSEWHERE_DATASET } from '../../shared/run/elsewhere.ts'
import { type Catalogue, splitDataset } from '../datasets/index.ts'
import type { Store } from '../store/types.ts'

interface Asked {
  readonly snapshotId: number
  readonly part: Part
}

/**
 * The examples behind the rows of stored predictions: those of the run's split, in the order of that. Known only where every
 * label stored with the predictions is the one that the data set has there.
 * @throws UserError for an unknown snapshot
 */
export async function placeExamples(
  { store, catalogue }: { readonly store: Store; readonly catalogue: Catalogue },
  { snapshotId, part }: Asked,
): Promise<ExamplePlaces> {
  const snapshot = store.read.snapshot(snapshotId)
  const run = store.read.run(snapshot.runId)
  if (run.datasetId === ELSEWHERE_DATASET) return unknown(whyNone)
  const stored = store.read.predictions(snapshotId, part)
  if (stored === undefined) return unknown(`No ${part} predictions are stored with snapshot ${snapshotId}.`)
  try {
    const dataset = await catalogue.resolve(run.datasetId)
    const { meta } = dataset
    const labels = await catalogue.labels(dataset)
    const examples = splitDataset(labels, meta, run.spec.dataset)[part]
    const isSame =
      examples.length === stored.labels.length &&
      meta.classes.length === stored.classes &&
      examples.every((index, row) => labels[index] === stored.labels[row])
    if (!isSame)
      return unknown(`The data set ${meta.name} has other examples in its ${part} part than were predicted.`)
    const [height = 0, width = 0] = meta.shape
    return {
      ...{ state: 'known', datasetId: meta.id, kind: meta.kind, name: meta.name, classes: meta.classes },
      examples: [...examples],
      size: meta.kind === 'image' ? [height, width] : null,
    }
  } catch (error) {
    if (error instanceof UserError) return unknown(error.message)
    throw error
  }
}

const whyNone =
  'Its predictions came with labels alone, without a data set, so that their pictures or rows are not in the lab; import them for a data set of the lab to see these.'

const unknown = (reason: string): ExamplePlaces => ({ state: 'unknown', reason })
