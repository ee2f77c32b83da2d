import { show, UserError } from '../errors.ts'
import type { RunSpec } from './spec.ts'

/** Of images of [height, width, channels], or of rows of numbers. */
export type DataKind = 'image' | 'table'

const ofImages: ReadonlySet<string> = new Set<RunSpec['model']['kind']>(['cnn', 'resnet', 'wrn'])

/** Whether a kind of network can read the data. */
export const readsData = (model: string, data: DataKind): boolean => data === 'image' || !ofImages.has(model)

/** @throws UserError where network or augmentation needs images and the data set is a table */
export function checkReads({ model, augmentation, dataset }: RunSpec, data: DataKind): void {
  if (!readsData(model.kind, data)) {
    throw new UserError(
      `While planning the run: the network ${model.kind} needs images, and the data set ${show(dataset.name)} is a table; choose softmax or mlp for it.`,
    )
  }
  if (data === 'table' && (augmentation.crop > 0 || augmentation.flip)) {
    throw new UserError(
      `While planning the run: augmentation (crop, flip) works on images, and the data set ${show(dataset.name)} is a table; set crop to 0 and flip to false.`,
    )
  }
}
