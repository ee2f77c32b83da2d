import type { ModelSpec, OptimizerSpec } from '../../../../shared/run/spec.ts'
import type { Choice, FieldSpec } from './fields.ts'

/* The questions about everything but the schedule, in the order they are asked. */

const number = { is: 'number' } as const
const rate = { is: 'number', unit: 'rate' } as const

interface Kind {
  readonly name: string
  readonly fields: readonly FieldSpec[]
  readonly start: object
}

const dropout: FieldSpec = { key: 'dropout', label: 'Dropout', type: number }

export const models: Readonly<Record<ModelSpec['kind'], Kind>> = {
  softmax: { name: 'Softmax regression', fields: [], start: {} },
  mlp: {
    name: 'MLP',
    fields: [
      { key: 'hidden', label: 'Hidden layers', type: { is: 'numbers' }, hint: 'Units of each layer.' },
      dropout,
    ],
    start: { hidden: [256], dropout: 0 },
  },
  cnn: {
    name: 'CNN',
    fields: [
      {
        key: 'filters',
        label: 'Filters',
        type: { is: 'numbers' },
        hint: 'Channels of each 3×3 convolution; each halves the image.',
      },
      { key: 'dense', label: 'Dense units', type: number },
      dropout,
    ],
    start: { filters: [8, 16], dense: 128, dropout: 0 },
  },
  resnet: {
    name: 'ResNet (CIFAR form)',
    fields: [{ key: 'depth', label: 'Depth', type: number, hint: '6n + 2: 8, 14, 20, 32, 44, 56, 110.' }],
    start: { depth: 20 },
  },
  wrn: {
    name: 'Wide ResNet',
    fields: [
      { key: 'depth', label: 'Depth', type: number, hint: '6n + 4: 10, 16, 22, 28, 40.' },
      { key: 'widen', label: 'Widening', type: { is: 'number', unit: 'times' } },
      dropout,
    ],
    start: { depth: 16, widen: 4, dropout: 0 },
  },
  densenet: {
    name: 'DenseNet (CIFAR form)',
    fields: [
      {
        key: 'depth',
        label: 'Depth',
        type: number,
        hint: '3n + 4: 22, 40, 100; with bottlenecks 6n + 4: 40, 100, 190, 250.',
      },
      { key: 'growth', label: 'Growth', type: number, hint: 'Channels that each layer adds.' },
      {
        key: 'bc',
        label: 'Bottlenecks (BC)',
        type: { is: 'flag' },
        hint: 'A 1×1 convolution in front of each 3×3, and transitions that halve the channels.',
      },
      dropout,
    ],
    start: { depth: 40, growth: 12, bc: false, dropout: 0 },
  },
  vgg: {
    name: 'VGG (batch normalised)',
    fields: [
      {
        key: 'depth',
        label: 'Depth',
        type: { is: 'choice', options: [11, 13, 16, 19].map((depth) => [depth, String(depth)]) },
      },
    ],
    start: { depth: 16 },
  },
  layers: {
    name: 'tfjs LayersModel (own)',
    fields: [
      {
        key: 'topology',
        label: 'Topology',
        type: { is: 'json' },
        hint: 'The content of model.json, as JSON.',
      },
    ],
    start: { topology: {} },
  },
}

const weightDecay: readonly FieldSpec[] = [
  { key: 'weightDecay', label: 'Weight decay', type: rate },
  {
    key: 'weightDecaySchedule',
    label: 'Decay',
    type: {
      is: 'choice',
      options: [
        ['constant', 'is constant'],
        ['followsRate', 'follows the rate'],
      ],
    },
  },
]
const constant = { weightDecaySchedule: 'constant' }
const epsilon: FieldSpec = { key: 'epsilon', label: 'Epsilon', type: number }
const betas: readonly FieldSpec[] = [
  { key: 'beta1', label: 'Beta1', type: number },
  { key: 'beta2', label: 'Beta2', type: number },
]

export const optimizers: Readonly<Record<OptimizerSpec['kind'], Kind>> = {
  sgd: {
    name: 'SGD',
    fields: [
      { key: 'momentum', label: 'Momentum', type: number },
      ...weightDecay,
      { key: 'nesterov', label: 'Nesterov', type: { is: 'flag' } },
      { key: 'decoupled', label: 'Decoupled decay', type: { is: 'flag' } },
    ],
    start: { momentum: 0.9, nesterov: false, weightDecay: 0, ...constant, decoupled: false },
  },
  rmsprop: {
    name: 'RMSProp',
    fields: [
      { key: 'alpha', label: 'Alpha', type: number },
      { key: 'momentum', label: 'Momentum', type: number },
      ...weightDecay,
      epsilon,
    ],
    start: { alpha: 0.99, epsilon: 1e-8, momentum: 0, weightDecay: 0, ...constant },
  },
  adam: {
    name: 'Adam',
    fields: [...betas, ...weightDecay, epsilon],
    start: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, ...constant },
  },
  adamw: {
    name: 'AdamW',
    fields: [...betas, ...weightDecay, epsilon],
    start: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01, ...constant },
  },
}

export const kindChoices = (kinds: Readonly<Record<string, Kind>>): Choice[] =>
  Object.entries(kinds).map(([kind, { name }]) => [kind, name])

export const modelKind = (kind: string): Kind | undefined =>
  Object.entries(models).find(([name]) => name === kind)?.[1]
export const optimizerKind = (kind: string): Kind | undefined =>
  Object.entries(optimizers).find(([name]) => name === kind)?.[1]
