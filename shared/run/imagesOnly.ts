import { show, UserError } from '../errors.ts'
import { leastDenseNetSide } from '../model/denseNetSizes.ts'
import { leastVggSide } from '../model/vggWidths.ts'
import type { Augmentation, RunSpec } from './spec.ts'

/** Of images of [height, width, channels], or of rows of numbers. */
export type DataKind = 'image' | 'table'

/** What a network is fed with. */
export interface DataForm {
  readonly kind: DataKind
  /** Of one example: [height, width, channels] or [features]. */
  readonly shape: readonly number[]
}

/**
 * The networks that read images alone, with the pixels in height and in width that one needs. How small an image cnn can
 * read depends on its filters.
 */
const leastSides: ReadonlyMap<string, number> = new Map<RunSpec['model']['kind'], number>([
  ['cnn', 1],
  ['resnet', 1],
  ['wrn', 1],
  ['densenet', leastDenseNetSide],
  ['vgg', leastVggSide],
])

/** Whether a kind of network can read the data, whatever the size of its images. */
export const readsData = (model: string, data: DataKind): boolean =>
  data === 'image' || !leastSides.has(model)

/** The pixels in height and in width that a kind of network needs and these images lack; undefined: they are large enough. */
export function missesSide(
  model: string,
  { kind, shape: [height = 0, width = 0] }: DataForm,
): number | undefined {
  const least = leastSides.get(model) ?? 1
  return kind === 'image' && Math.min(height, width) < least ? least : undefined
}

/** The parts of augmentation that change something, by name. */
export const changesOn = (augmentation: Partial<Augmentation>): string[] =>
  Object.entries(augmentation).flatMap(([name, value]) =>
    value === undefined || value === 0 || value === false ? [] : [name],
  )

/** @throws UserError where network or augmentation needs images and the data set is a table, or the images are too small */
export function checkReads(spec: RunSpec, data: DataForm): void {
  const { model, dataset } = spec
  if (!readsData(model.kind, data.kind)) {
    throw new UserError(
      `While planning the run: the network ${model.kind} needs images, and the data set ${show(dataset.name)} is a table; choose softmax or mlp for it.`,
    )
  }
  const least = missesSide(model.kind, data)
  if (least !== undefined) {
    throw new UserError(
      `While planning the run: the network ${model.kind} needs images of at least ${least}×${least} pixels, and those of the data set ${show(dataset.name)} have ${data.shape[0]}×${data.shape[1]}; choose cnn or resnet for it.`,
    )
  }
  checkAugmentation(spec, data.kind)
}

/** @throws UserError where augmentation needs images and the data set is a table */
export function checkAugmentation({ augmentation, dataset }: RunSpec, data: DataKind): void {
  const on = changesOn(augmentation)
  if (data === 'image' || on.length === 0) return
  throw new UserError(
    `While planning the run: augmentation (${on.join(', ')}) works on images, and the data set ${show(dataset.name)} is a table; leave it out.`,
  )
}
