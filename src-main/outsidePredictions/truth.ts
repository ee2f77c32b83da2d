import { basename } from 'node:path'
import type { ImportPredictions } from '../../shared/api/outsidePredictions.ts'
import { UserError } from '../../shared/errors.ts'
import { type Catalogue, type StoredDataset, splitDataset } from '../datasets/index.ts'
import { readLabelFile, refuseOtherLabels } from './labels.ts'
import { isFile, type ReadMember } from './members.ts'

/** The right answers, and where they come from. */
export interface Truth {
  readonly labels: Uint16Array<ArrayBuffer>
  readonly from: string
  /** Where they are those of a data set of the lab. */
  readonly dataset?: StoredDataset
}

/**
 * Labels of the data set, of a file of their own, or of the files; where there are several, they must agree.
 * @throws UserError where there are none, or at the first example where they differ
 */
export async function truthOf(
  request: ImportPredictions,
  members: readonly ReadMember[],
  catalogue: Catalogue,
): Promise<Truth> {
  const truth = await findTruth(request, members, catalogue)
  for (const { file, labels } of members)
    if (labels !== undefined) refuseOtherLabels(labels, file, truth.labels, truth.from)
  const [first] = members
  const examples = first === undefined ? 0 : first.probs.length / first.classes
  if (first !== undefined && examples !== truth.labels.length)
    throw new UserError(
      `While reading ${first.file}: it has ${examples} rows, and there are ${truth.labels.length} labels (${truth.from}); give predictions of just these examples, in their order.`,
    )
  const stray = truth.labels.findIndex((label) => label >= (first?.classes ?? 0))
  if (stray !== -1)
    throw new UserError(
      `While reading predictions: example ${stray} (from 0) has the label ${truth.labels[stray]} (${truth.from}), and ${first?.file} has ${first?.classes} classes, from 0; give one column a class.`,
    )
  return truth
}

async function findTruth(
  { labels, dataset, part }: ImportPredictions,
  members: readonly ReadMember[],
  catalogue: Catalogue,
): Promise<Truth> {
  const given =
    labels !== undefined && (await isFile(labels))
      ? { labels: await readLabelFile(labels), from: basename(labels) }
      : undefined
  if (dataset !== undefined) {
    const own = await datasetLabels(dataset, part, catalogue)
    if (given !== undefined) refuseOtherLabels(given.labels, given.from, own.labels, own.from)
    if (own.dataset.meta.classes.length !== members[0]?.classes)
      throw new UserError(
        `While reading ${members[0]?.file}: it has ${members[0]?.classes} classes, and ${own.dataset.meta.name} has ${own.dataset.meta.classes.length}; give one column a class, in the data set's order.`,
      )
    return own
  }
  if (given !== undefined) return given
  const first = members.find((member) => member.labels !== undefined)
  if (first?.labels === undefined)
    throw new UserError(
      'While reading predictions: there are no labels to judge them by; name a column, an array or a file of labels (--labels), or the data set of the lab that they answer (--dataset).',
    )
  return { labels: first.labels, from: `labels in ${first.file}` }
}

async function datasetLabels(
  spec: NonNullable<ImportPredictions['dataset']>,
  part: ImportPredictions['part'],
  catalogue: Catalogue,
): Promise<Truth & { readonly dataset: StoredDataset }> {
  const dataset = await catalogue.resolve(spec.name)
  const all = await catalogue.labels(dataset)
  const places = splitDataset(all, dataset.meta, spec)[part]
  if (places.length === 0)
    throw new UserError(
      `While reading predictions: this split of ${dataset.meta.name} has no ${part} part; name the other part, or another split.`,
    )
  return {
    labels: Uint16Array.from(places, (place) => all[place] ?? 0),
    from: `${part} part of ${dataset.meta.name}`,
    dataset,
  }
}
