import type { z } from 'zod'
import { type FieldMeta, type FieldUnit, fieldsOf } from '../schedule/index.ts'
import type { Json } from './json.ts'
import { objectOf } from './schemaWalk.ts'

/** What people are told of a field that a study can vary. */
export interface FieldWords {
  readonly label: string
  readonly help?: string
  readonly unit?: FieldUnit
  /** Where a range is meant, by equal factors: rates, decays, sizes. */
  readonly scale: 'linear' | 'log'
}

const linear = 'linear'
const log = 'log'

/** Of the fields that are not a schedule's, by path. */
const words: Readonly<Record<string, FieldWords>> = {
  dataset: { label: 'Data set', scale: linear },
  'dataset.name': { label: 'Data set', scale: linear },
  'dataset.validation': {
    label: 'Validation part',
    help: 'Part of the training examples kept apart.',
    scale: linear,
  },
  'dataset.test': { label: 'Test part', help: 'Of a data set without one of its own.', scale: linear },
  'dataset.seed': { label: 'Split seed', scale: linear },
  model: { label: 'Network', scale: linear },
  'model.kind': { label: 'Kind of network', scale: linear },
  'model.hidden': { label: 'Hidden layers', help: 'Units of each layer.', scale: log },
  'model.dropout': { label: 'Dropout', scale: linear },
  'model.filters': { label: 'Filters', help: 'Channels of each convolution.', scale: log },
  'model.dense': { label: 'Dense units', scale: log },
  'model.depth': { label: 'Depth', scale: linear },
  'model.widen': { label: 'Widening', unit: 'times', scale: linear },
  optimizer: { label: 'Optimizer', scale: linear },
  'optimizer.kind': { label: 'Kind of optimizer', scale: linear },
  'optimizer.momentum': { label: 'Momentum', scale: linear },
  'optimizer.nesterov': { label: 'Nesterov', scale: linear },
  'optimizer.weightDecay': { label: 'Weight decay', unit: 'rate', scale: log },
  'optimizer.weightDecaySchedule': { label: 'Weight decay is', scale: linear },
  'optimizer.decoupled': { label: 'Decoupled decay', scale: linear },
  'optimizer.alpha': { label: 'Alpha', scale: linear },
  'optimizer.beta1': { label: 'Beta1', scale: linear },
  'optimizer.beta2': { label: 'Beta2', scale: linear },
  'optimizer.epsilon': { label: 'Epsilon', scale: log },
  schedule: { label: 'Schedule', scale: linear },
  'schedule.kind': { label: 'Kind of schedule', scale: linear },
  batchSize: { label: 'Batch size', scale: log },
  'budget.epochs': { label: 'Epochs', unit: 'epochs', scale: log },
  'budget.steps': { label: 'Steps', unit: 'steps', scale: log },
  'augmentation.crop': { label: 'Random crop', help: 'Pixels of padding before it.', scale: linear },
  'augmentation.flip': { label: 'Mirror images', scale: linear },
  'augmentation.rotation': { label: 'Rotation up to', help: 'Degrees to either side.', scale: linear },
  'augmentation.brightness.low': { label: 'Lowest brightness', unit: 'times', scale: linear },
  'augmentation.brightness.high': { label: 'Highest brightness', unit: 'times', scale: linear },
  'augmentation.cutout.side': { label: 'Side of cutout', help: 'In pixels.', scale: linear },
  'augmentation.erasing.probability': {
    label: 'Random erasing',
    help: 'Part of the images that lose a rectangle.',
    scale: linear,
  },
  'augmentation.erasing.areaLow': { label: 'Least area erased', help: 'Part of the image.', scale: linear },
  'augmentation.erasing.areaHigh': { label: 'Most area erased', help: 'Part of the image.', scale: linear },
  'augmentation.erasing.aspect': { label: 'Lowest aspect erased', scale: linear },
  'augmentation.mixup.alpha': { label: 'Mixup α', help: 'Of Beta(α, α).', scale: log },
  labelSmoothing: { label: 'Label smoothing', scale: linear },
  classWeights: { label: 'Class weights', scale: linear },
  clipping: { label: 'Gradient clipping', scale: linear },
  'clipping.limit': { label: 'Clip gradients at', scale: log },
  'ema.decay': { label: 'Decay of the average', help: 'Of the moving average of weights.', scale: linear },
  'ema.warmup': { label: 'Average warms up', scale: linear },
  seed: { label: 'Seed', help: 'Of the weights and the order of batches.', scale: linear },
  device: { label: 'Device', scale: linear },
  'evaluation.everyEpochs': { label: 'Evaluated every', unit: 'epochs', scale: linear },
}

/** The words of a schedule's fields stand beside their schema. @returns by key of the object that stands there */
export function describedFields(
  schema: z.core.$ZodType,
  value: Json | undefined,
): ReadonlyMap<string, FieldMeta> {
  const object = objectOf(schema, value)
  return new Map(object === undefined ? [] : fieldsOf(object).map(({ key, meta }) => [key, meta]))
}

export function fieldWords(path: string, meta: FieldMeta | undefined): FieldWords {
  const own = words[path]
  if (own !== undefined) return own
  if (path.endsWith('.schedule.kind')) return { label: 'Kind of schedule', scale: linear }
  if (meta === undefined) return { label: path.split('.').at(-1) ?? path, scale: linear }
  return {
    label: meta.label,
    ...(meta.help !== undefined && { help: meta.help }),
    ...(meta.unit !== undefined && { unit: meta.unit }),
    scale: meta.unit === 'rate' ? log : linear,
  }
}
