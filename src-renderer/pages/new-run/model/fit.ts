import type { DatasetInfo } from '../../../../shared/api/datasets.ts'
import { changesOn, missesSide, readsData } from '../../../../shared/run/imagesOnly.ts'
import type { Problems } from './fields.ts'
import { labelAt } from './labels.ts'
import { modelKind } from './runFields.ts'
import { getAt, textAt } from './tree.ts'

/* Which networks can read which data: the trainer would refuse the others, after the run is launched. */

/** The network to go on with on other data: an MLP in place of one that needs images. undefined: the chosen one reads them. */
export function modelOn(model: unknown, info: Pick<DatasetInfo, 'kind'>): object | undefined {
  return readsData(textAt(model, ['kind']), info.kind)
    ? undefined
    : { kind: 'mlp', ...modelKind('mlp')?.start }
}

export function misfit(
  tree: unknown,
  info: Pick<DatasetInfo, 'kind' | 'shape' | 'classes'> | undefined,
): Problems {
  if (info === undefined) return {}
  return { ...modelMisfit(tree, info), ...augmentationMisfit(tree, info), ...weightsMisfit(tree, info) }
}

export function modelMisfit(tree: unknown, info: Pick<DatasetInfo, 'kind' | 'shape'>): Problems {
  const kind = textAt(getAt(tree, ['model']), ['kind'])
  const name = modelKind(kind)?.name ?? kind
  const at = (sentence: string): Problems => ({ 'model.kind': { rule: '', sentence } })
  if (!readsData(kind, info.kind)) {
    return at(
      `${name} needs images, and this data set is a table of ${info.shape[0] ?? 0} features; choose MLP or softmax regression.`,
    )
  }
  const least = missesSide(kind, info)
  if (least === undefined) return {}
  return at(
    `${name} needs images of at least ${least}×${least} pixels, and those of this data set have ${info.shape[0]}×${info.shape[1]}; choose CNN or ResNet.`,
  )
}

function augmentationMisfit(tree: unknown, { kind }: Pick<DatasetInfo, 'kind'>): Problems {
  if (kind === 'image') return {}
  const augmentation = getAt(tree, ['augmentation'])
  if (typeof augmentation !== 'object' || augmentation === null) return {}
  return Object.fromEntries(
    changesOn(augmentation).map((name) => [
      `augmentation.${name}`,
      {
        rule: '',
        sentence: `${labelAt(tree, `augmentation.${name}`)} works on images; this data set is a table.`,
      },
    ]),
  )
}

function weightsMisfit(tree: unknown, { classes }: Pick<DatasetInfo, 'classes'>): Problems {
  const weights = getAt(tree, ['classWeights'])
  if (!Array.isArray(weights) || weights.length === classes.length) return {}
  const sentence = `Class weights need a number for each of the ${classes.length} classes (received ${weights.length}).`
  return { classWeights: { rule: '', sentence } }
}
