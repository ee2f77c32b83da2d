import type { DatasetInfo } from '../../../../shared/api/datasets.ts'
import { readsData } from '../../../../shared/run/imagesOnly.ts'
import type { Problems } from './fields.ts'
import { modelKind } from './runFields.ts'
import { getAt, textAt } from './tree.ts'

/* Which networks can read which data: the trainer would refuse the others, after the run is launched. */

/** The network to go on with on other data: an MLP in place of one that needs images. undefined: the chosen one reads them. */
export function modelOn(model: unknown, info: Pick<DatasetInfo, 'kind'>): object | undefined {
  return readsData(textAt(model, ['kind']), info.kind)
    ? undefined
    : { kind: 'mlp', ...modelKind('mlp')?.start }
}

export function misfit(tree: unknown, info: Pick<DatasetInfo, 'kind' | 'shape'> | undefined): Problems {
  const kind = textAt(getAt(tree, ['model']), ['kind'])
  if (info === undefined || readsData(kind, info.kind)) return {}
  const name = modelKind(kind)?.name ?? kind
  const sentence = `${name} needs images, and this data set is a table of ${info.shape[0] ?? 0} features; choose MLP or softmax regression.`
  return { 'model.kind': { rule: '', sentence } }
}
