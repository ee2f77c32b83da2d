import { show, UserError } from '../errors.ts'
import type { Augmentation, RunSpec } from './spec.ts'

/** Of images of [height, width, channels], or of rows of numbers. */
export type DataKind = 'image' | 'table'

const ofImages: ReadonlySet<string> = new Set<RunSpec['model']['kind']>([
  'cnn',
  'resnet',
  'wrn',
  'densenet',
  'vgg',
])

/** Whether a kind of network can read the data. */
export const readsData = (model: string, data: DataKind): boolean => data === 'image' || !ofImages.has(model)

/** The parts of augmentation that change something, by name. */
export const changesOn = (augmentation: Partial<Augmentation>): string[] =>
  Object.entries(augmentation).flatMap(([name, value]) =>
    value === undefined || value === 0 || value === false ? [] : [name],
  )

/** @throws UserError where network or augmentation needs images and the data set is a table */
export function checkReads(spec: RunSpec, data: DataKind): void {
  const { model, dataset } = spec
  if (!readsData(model.kind, data)) {
    throw new UserError(
      `While planning the run: the network ${model.kind} needs images, and the data set ${show(dataset.name)} is a table; choose softmax or mlp for it.`,
    )
  }
  checkAugmentation(spec, data)
}

/** @throws UserError where augmentation needs images and the data set is a table */
export function checkAugmentation({ augmentation, dataset }: RunSpec, data: DataKind): void {
  const on = changesOn(augmentation)
  if (data === 'image' || on.length === 0) return
  throw new UserError(
    `While planning the run: augmentation (${on.join(', ')}) works on images, and the data set ${show(dataset.name)} is a table; leave it out.`,
  )
}
