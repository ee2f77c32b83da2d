import type { FieldSpec } from './fields.ts'
import { getAt, type Path } from './tree.ts'

/* Parts of a spec that most runs lack: a choice with "none", and the fields of what is chosen. */

export interface OptionalPart {
  readonly path: Path
  readonly label: string
  readonly hint?: string
  /** What it can be besides absent, by the name it has in the form. */
  readonly kinds: Readonly<Record<string, PartKind>>
  /** Which of them a value of the draft is. */
  readonly kindOf: (value: unknown) => string
}

interface PartKind {
  /** What choosing it puts there. */
  readonly start: unknown
  /** Of the object that holds the fields: the part itself unless said otherwise. */
  readonly at?: Path
  readonly fields: readonly FieldSpec[]
}

const number = { is: 'number' } as const
const inPixels = { is: 'number', unit: 'px' } as const

const always = (kind: string) => () => kind

export const imageParts: readonly OptionalPart[] = [
  {
    path: ['augmentation', 'brightness'],
    label: 'Brightness',
    hint: 'Pixels times a factor drawn for each image; levels stay within black and white.',
    kindOf: always('changed'),
    kinds: {
      changed: {
        start: { low: 0.7, high: 1.3 },
        fields: [
          { key: 'low', label: 'Lowest factor', type: number },
          { key: 'high', label: 'Highest factor', type: number },
        ],
      },
    },
  },
  {
    path: ['augmentation', 'cutout'],
    label: 'Cutout',
    hint: 'A square of each image, anywhere on it, becomes the mean.',
    kindOf: always('a square'),
    kinds: { 'a square': { start: { side: 8 }, fields: [{ key: 'side', label: 'Side', type: inPixels }] } },
  },
  {
    path: ['augmentation', 'erasing'],
    label: 'Random erasing',
    hint: 'A rectangle of the chosen images becomes the mean.',
    kindOf: always('a rectangle'),
    kinds: {
      'a rectangle': {
        start: { probability: 0.5, areaLow: 0.02, areaHigh: 0.4, aspect: 0.3 },
        fields: [
          { key: 'probability', label: 'Erase', type: number, hint: 'Part of the images.' },
          {
            key: 'aspect',
            label: 'Lowest aspect',
            type: number,
            hint: 'Height over width, up to 1 / aspect.',
          },
          { key: 'areaLow', label: 'Least area', type: number, hint: 'Part of the image.' },
          { key: 'areaHigh', label: 'Most area', type: number, hint: 'Part of the image.' },
        ],
      },
    },
  },
  {
    path: ['augmentation', 'mixup'],
    label: 'Mixup',
    hint: 'Two images and their labels mixed; the training accuracy is that of the label with the greater part.',
    kindOf: always('mixed'),
    kinds: {
      mixed: {
        start: { alpha: 0.2 },
        fields: [{ key: 'alpha', label: 'Mixup α', type: number, hint: 'Of Beta(α, α): 1 is even.' }],
      },
    },
  },
]

const limit: FieldSpec = { key: 'limit', label: 'Clip at', type: number }

export const stepParts: readonly OptionalPart[] = [
  {
    path: ['clipping'],
    label: 'Gradient clipping',
    hint: 'By the norm over all gradients, or each number by itself; before weight decay.',
    kindOf: (value) => (getAt(value, ['by']) === 'norm' ? 'by norm' : 'by value'),
    kinds: {
      'by norm': { start: { by: 'norm', limit: 1 }, fields: [limit] },
      'by value': { start: { by: 'value', limit: 0.5 }, fields: [limit] },
    },
  },
  {
    path: ['ema'],
    label: 'Average of weights',
    hint: 'An exponential moving average, measured and kept beside each snapshot.',
    kindOf: always('kept'),
    kinds: {
      kept: {
        start: { decay: 0.999, warmup: false },
        fields: [
          { key: 'decay', label: 'Decay of the average', type: number },
          {
            key: 'warmup',
            label: 'Warms up',
            type: { is: 'flag' },
            hint: 'A lower decay in the first steps.',
          },
        ],
      },
    },
  },
  {
    path: ['classWeights'],
    label: 'Class weights',
    hint: 'Of the loss: balanced gives a rare class as much weight in all as a common one.',
    kindOf: (value) => (Array.isArray(value) ? 'a list' : 'balanced'),
    kinds: {
      balanced: { start: 'balanced', fields: [] },
      'a list': {
        start: [1, 1],
        at: [],
        fields: [
          {
            key: 'classWeights',
            label: 'Weights',
            type: { is: 'numbers' },
            hint: 'One for each class, in the order of the data set.',
          },
        ],
      },
    },
  },
]
