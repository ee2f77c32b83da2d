import { z } from 'zod'
import { parseOrExplain, show, UserError } from '../errors.ts'
import { scheduleSpec } from '../schedule/index.ts'

/*
 * What a run is: plain JSON a person could write by hand. Everything that changes the numbers of a run is in here,
 * so that two runs of one spec are the same run, bit for bit, on one engine.
 */

const count = (most: number) =>
  z
    .int(`must be a whole number from 1 to ${most}`)
    .min(1, `must be at least 1`)
    .max(most, `must be at most ${most}`)
const fraction = z.number('must be a number').min(0, 'must be at least 0').lt(1, 'must be below 1')
const nonNegative = z.number('must be a number').min(0, 'must be at least 0')
const rate = z.number('must be a number').positive('must be above 0')

const snapshotSteps = z
  .array(count(1e9))
  .min(1, 'needs at least one step')
  .max(1000, 'may have at most 1000 steps')
  .refine((steps) => steps.every((step, i) => step > (steps[i - 1] ?? 0)), 'must rise, each of them once')

/** The networks a run may train. Shapes come from the data set; these are the free choices. */
export const modelSpec = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('softmax') }),
  z.strictObject({
    kind: z.literal('mlp'),
    hidden: z
      .array(count(16_384))
      .min(1, 'needs at least one layer')
      .max(16, 'may have at most 16 layers')
      .default([256]),
    dropout: fraction.default(0),
  }),
  z.strictObject({
    kind: z.literal('cnn'),
    /** Channels of each 3×3 convolution; every one is followed by ReLU and 2×2 max pooling. */
    filters: z
      .array(count(1024))
      .min(1, 'needs at least one layer')
      .max(6, 'may have at most 6 layers')
      .default([16, 32]),
    dense: count(16_384).default(128),
    dropout: fraction.default(0),
  }),
  z.strictObject({
    kind: z.literal('resnet'),
    depth: z
      .int()
      .min(8, 'must be at least 8')
      .max(1202, 'must be at most 1202')
      .refine((depth) => (depth - 2) % 6 === 0, 'must be 6n + 2 (8, 14, 20, 32, 44, 56, 110)')
      .default(20),
  }),
  z.strictObject({
    kind: z.literal('wrn'),
    depth: z
      .int()
      .min(10, 'must be at least 10')
      .max(100, 'must be at most 100')
      .refine((depth) => (depth - 4) % 6 === 0, 'must be 6n + 4 (10, 16, 22, 28, 40)')
      .default(16),
    widen: count(20).default(4),
    dropout: fraction.default(0),
  }),
  z
    .strictObject({
      kind: z.literal('densenet'),
      depth: z
        .int()
        .min(10, 'must be at least 10')
        .max(250, 'must be at most 250')
        .refine((depth) => (depth - 4) % 3 === 0, 'must be 3n + 4 (22, 40, 100)')
        .default(40),
      /** Channels that each layer adds. */
      growth: count(128).default(12),
      /** DenseNet-BC: a 1×1 convolution in front of each 3×3, and transitions that halve the channels. */
      bc: z.boolean('must be true or false').default(false),
      dropout: fraction.default(0),
    })
    .refine(({ depth, bc }) => !bc || (depth - 4) % 6 === 0, {
      error: 'must be 6n + 4 with bc (40, 100, 190, 250)',
      path: ['depth'],
    }),
  z.strictObject({
    kind: z.literal('vgg'),
    depth: z.literal([11, 13, 16, 19], 'must be 11, 13, 16 or 19').default(16),
  }),
  z.strictObject({
    kind: z.literal('layers'),
    /** A tfjs LayersModel topology (the content of model.json or its modelTopology). Its last layer gives the logits or softmax. */
    topology: z.record(z.string(), z.json()),
  }),
])
export type ModelSpec = z.infer<typeof modelSpec>

/**
 * constant: every step uses weightDecay. followsRate: weightDecay · (rate of the step / highest rate of the schedule),
 * in place of weightDecay in the optimizer's own formula; where that multiplies the decay by the rate, it does so still.
 */
const weightDecaySchedule = z.enum(['constant', 'followsRate']).default('constant')

/** Learning rate and, where the schedule moves it, momentum (beta1 in Adam) come from the schedule at every step. */
export const optimizerSpec = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('sgd'),
    momentum: fraction.default(0.9),
    nesterov: z.boolean('must be true or false').default(false),
    weightDecay: nonNegative.default(0),
    weightDecaySchedule,
    /** true: the decay is taken off the weights directly (SGDW), not added to the gradient. */
    decoupled: z.boolean('must be true or false').default(false),
  }),
  z.strictObject({
    kind: z.literal('rmsprop'),
    alpha: fraction.default(0.99),
    epsilon: rate.default(1e-8),
    momentum: fraction.default(0),
    weightDecay: nonNegative.default(0),
    weightDecaySchedule,
  }),
  z.strictObject({
    kind: z.literal('adam'),
    beta1: fraction.default(0.9),
    beta2: fraction.default(0.999),
    epsilon: rate.default(1e-8),
    weightDecay: nonNegative.default(0),
    weightDecaySchedule,
  }),
  z.strictObject({
    kind: z.literal('adamw'),
    beta1: fraction.default(0.9),
    beta2: fraction.default(0.999),
    epsilon: rate.default(1e-8),
    weightDecay: nonNegative.default(0.01),
    weightDecaySchedule,
  }),
])
export type OptimizerSpec = z.infer<typeof optimizerSpec>

/*
 * Parts that a run may lack. A spec without them is stored without them, so that specs and keys from before they were there
 * stay as they are.
 */
const classWeights = z.union(
  [
    z.literal('balanced'),
    z.array(rate).min(2, 'needs a weight for each class').max(65_536, 'may have at most 65536 weights'),
  ],
  { error: 'must be "balanced" or a list with a number above 0 for each class' },
)

/**
 * Of the gradient of the loss, before the optimizer adds its decay. norm: all gradients times
 * limit / (norm over all of them + 1e-6) where that is below 1; value: each number into [-limit, limit].
 */
const clipping = z.discriminatedUnion('by', [
  z.strictObject({ by: z.literal('norm'), limit: rate }),
  z.strictObject({ by: z.literal('value'), limit: rate }),
])
export type Clipping = z.infer<typeof clipping>

/** The exponential moving average of the weights, kept and measured beside every snapshot. */
const ema = z.strictObject({
  /** Of the average at every step: average = decay · average + (1 - decay) · weights. */
  decay: fraction.default(0.999),
  /** The decay of the first steps is the lower min(decay, (1 + n) / (10 + n)) after n steps. */
  warmup: z.boolean('must be true or false').default(false),
})

/** Of images, at random for each. What is uncovered or erased is 0 after normalisation: the mean of the channel. */
const augmentation = z.strictObject({
  /** Pixels of zero padding before a random crop back to the image's size. */
  crop: z.int().min(0, 'must be at least 0').max(64, 'must be at most 64').default(0),
  /** Mirror half of the images. */
  flip: z.boolean('must be true or false').default(false),
  /** Turned about the centre by an angle from -rotation to rotation, in degrees. */
  rotation: z
    .number('must be a number')
    .positive('must be above 0')
    .max(180, 'must be at most 180')
    .optional(),
  /** Pixels, before normalisation, times a factor from low to high; levels stay within black and white. */
  brightness: z
    .strictObject({ low: nonNegative, high: rate.max(100, 'must be at most 100') })
    .refine(({ low, high }) => low <= high, { error: 'must be at most high', path: ['low'] })
    .optional(),
  /** One square for each image, its centre anywhere on it (DeVries & Taylor 2017). */
  cutout: z.strictObject({ side: count(1024) }).optional(),
  /** One rectangle for each chosen image, wholly on it (Zhong et al. 2020, algorithm 1). */
  erasing: z
    .strictObject({
      probability: z
        .number('must be a number')
        .positive('must be above 0')
        .max(1, 'must be at most 1')
        .default(0.5),
      /** Part of the image's area, from low to high. */
      areaLow: rate.lt(1, 'must be below 1').default(0.02),
      areaHigh: rate.lt(1, 'must be below 1').default(0.4),
      /** Height over width, from aspect to 1 / aspect. */
      aspect: rate.max(1, 'must be at most 1').default(0.3),
    })
    .refine(({ areaLow, areaHigh }) => areaLow <= areaHigh, {
      error: 'must be at most areaHigh',
      path: ['areaLow'],
    })
    .optional(),
  /**
   * A batch and its labels mixed with the batch in another order, λ to 1 - λ with λ of Beta(alpha, alpha), one for each batch
   * (Zhang et al. 2018). The training accuracy is that of the label with the greater part.
   */
  mixup: z.strictObject({ alpha: rate.max(100, 'must be at most 100') }).optional(),
})
export type Augmentation = z.infer<typeof augmentation>

export const deviceName = z.enum(['auto', 'cuda', 'webgpu', 'simd', 'wasm', 'cpu'])
export type DeviceName = z.infer<typeof deviceName>

/** A device itself, and not the choice among them. */
export const engineName = deviceName.exclude(['auto'])
export type EngineName = z.infer<typeof engineName>

/** What is wrong with a budget that is not one of the two forms; a wrong number in one of them is named by its own rule. */
function budgetWords(input: unknown): string {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    return 'must be {"epochs": n} or {"steps": n}'
  }
  if ('epochs' in input && 'steps' in input) return 'must have one of the fields epochs and steps, not both'
  const other = Object.keys(input).find((key) => key !== 'epochs' && key !== 'steps')
  if (other === undefined) return 'must have the field epochs or the field steps'
  return `must have the field epochs or the field steps and nothing else, not ${other}`
}

export const runSpec = z.strictObject({
  name: z
    .string('must be text')
    .trim()
    .min(1, 'must not be empty')
    .max(200, 'must be at most 200 characters')
    .optional(),
  dataset: z
    .strictObject({
      /** Name or id in the catalogue; "fashion-mnist-12k" is shipped. */
      name: z.string('must be text').min(1, 'must not be empty').default('fashion-mnist-12k'),
      /** Part of the training examples kept for validation. */
      validation: z
        .number('must be a number')
        .min(0, 'must be at least 0')
        .max(0.5, 'must be at most 0.5')
        .default(0.1),
      /** Only for data sets without a test part of their own. */
      test: z
        .number('must be a number')
        .min(0, 'must be at least 0')
        .max(0.5, 'must be at most 0.5')
        .default(0.2),
      /** The split has a seed of its own, so that runs of several training seeds can share one split. */
      seed: z.int().default(1),
    })
    .prefault({}),
  model: modelSpec.default({ kind: 'mlp', hidden: [256], dropout: 0 }),
  optimizer: optimizerSpec.default({
    kind: 'sgd',
    momentum: 0.9,
    nesterov: false,
    weightDecay: 0,
    weightDecaySchedule: 'constant',
    decoupled: false,
  }),
  schedule: scheduleSpec,
  batchSize: count(65_536).default(128),
  budget: z.union(
    [z.strictObject({ epochs: z.number().positive().max(1e6) }), z.strictObject({ steps: count(1e9) })],
    { error: ({ input }) => budgetWords(input) },
  ),
  augmentation: augmentation.prefault({}),
  labelSmoothing: fraction.default(0),
  /** Of the loss, by the class of the label. balanced: n / (k · n_c) over the n training examples and k classes. */
  classWeights: classWeights.optional(),
  clipping: clipping.optional(),
  ema: ema.optional(),
  seed: z.int().default(1),
  device: deviceName.default('auto'),
  snapshots: z
    .discriminatedUnion('at', [
      z.strictObject({ at: z.literal('cycleEnds') }),
      z.strictObject({ at: z.literal('epochs'), every: count(1e6) }),
      z.strictObject({ at: z.literal('last') }),
      /** After so many steps each, and after the last. */
      z.strictObject({ at: z.literal('steps'), steps: snapshotSteps }),
    ])
    .default({ at: 'cycleEnds' }),
  evaluation: z.strictObject({ everyEpochs: count(1e6).default(1) }).prefault({}),
})
export type RunSpec = z.infer<typeof runSpec>

/** @throws UserError naming the field, the rule and the value */
export function parseRunSpec(input: unknown, doing = 'reading the run spec'): RunSpec {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw new UserError(
      `While ${doing}: the spec must be a JSON object with at least "schedule" and "budget" (received ${show(input)}).`,
    )
  }
  return parseOrExplain(runSpec, input, doing)
}
