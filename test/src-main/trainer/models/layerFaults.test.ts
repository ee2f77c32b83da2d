import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { UserError } from '../../../../shared/errors.ts'
import * as tf from '../../../../src-main/engine/tf.ts'
import { buildModel } from '../../../../src-main/trainer/models/index.ts'
import '@tensorflow/tfjs-backend-cpu'

before(async () => {
  await tf.setBackend('cpu')
})

/** Layers of ours, or called by code of ours, each with one setting that cannot be: what is said of it. */
const faults: [className: string, config: object, shape: number[], rule: string][] = [
  [
    'GroupNormalization',
    { groups: 0 },
    [6, 6, 4],
    'groups: must be at least 1, or -1 for a group of each channel (received 0)',
  ],
  [
    'GroupNormalization',
    { groups: 3 },
    [6, 6, 4],
    'groups: must divide the 4 channels that come in (received 3)',
  ],
  [
    'GroupNormalization',
    { axis: 1 },
    [6, 6, 4],
    'axis: must normalise the last axis; set its axis to -1 (received 1)',
  ],
  ['GroupNormalization', { epsilon: 'small' }, [6, 6, 4], 'epsilon: must be a number (received "small")'],
  ['MultiHeadAttention', { num_heads: 0, key_dim: 4 }, [6, 4], 'num_heads: must be at least 1 (received 0)'],
  ['MultiHeadAttention', { num_heads: 2 }, [6, 4], 'key_dim: must be a number (received nothing)'],
  [
    'MultiHeadAttention',
    { num_heads: 2, key_dim: 2 },
    [24],
    'takes [steps, numbers] of each example (received [24])',
  ],
  ['EinsumDense', { equation: 7, output_shape: [6, 3] }, [6, 4], 'equation: must be text (received 7)'],
  [
    'EinsumDense',
    { equation: 'abc,cd', output_shape: [6, 3] },
    [6, 4],
    'equation: must be of the form [X],[Y]->[Z], ...[X],[Y]->...[Z] or [X]...,[Y]->[Z]..., each letter once in a part, for inputs of 3 axes (received "abc,cd")',
  ],
  [
    'EinsumDense',
    { equation: 'abc,cd->abd', output_shape: [3] },
    [6, 4],
    'output_shape: must have 2 sizes for abc,cd->abd (received [3])',
  ],
  [
    'EinsumDense',
    { equation: 'abc,cd->abd', output_shape: [5, 3] },
    [6, 4],
    'output_shape: axis b of abc,cd->abd has 6 numbers (received 5)',
  ],
  [
    'EinsumDense',
    { equation: 'abc,cd->abd', output_shape: [6, 3], activation: 'zigzag' },
    [6, 4],
    'Unknown activation: zigzag',
  ],
  [
    'EinsumDense',
    { equation: 'abc,cd->abd', output_shape: [6, 3], bias_axes: 'c' },
    [6, 4],
    'bias_axes: must name axes that abc,cd->abd gives (received "c")',
  ],
  ['Resizing', { height: 0, width: 4 }, [6, 6, 4], 'height: must be at least 1 (received 0)'],
  [
    'Resizing',
    { height: 4, width: 4, interpolation: 'bicubic' },
    [6, 6, 4],
    'interpolation: must be bilinear or nearest (received "bicubic")',
  ],
  ['Resizing', { height: 4, width: 4 }, [6, 4], 'takes images [height, width, channels] (received [6,4])'],
  ['CenterCrop', { height: 4, width: 'all' }, [6, 6, 4], 'width: must be a number (received "all")'],
  ['GRU', { units: 0, reset_after: true }, [6, 4], 'units: must be at least 1 (received 0)'],
  ['GRU', { units: 3, reset_after: true, dropout: 1 }, [6, 4], 'dropout: must be below 1 (received 1)'],
  ['GRU', { units: 3, reset_after: true, activation: 'zigzag' }, [6, 4], 'Unknown activation: zigzag'],
]

test('a bad setting of a layer of ours is said with its layer, the rule and the value', async () => {
  const said = await Promise.all(
    faults.map(async ([class_name, config, shape]) => {
      const topology = {
        class_name: 'Sequential',
        config: {
          layers: [
            { class_name, config: { name: 'own', batch_input_shape: [null, ...shape], ...config } },
            { class_name: 'Flatten', config: {} },
            { class_name: 'Dense', config: { units: 3 } },
          ],
        },
      }
      const model = await buildModel({ kind: 'layers', topology }, { shape, classes: 3 }, 1).catch(
        (error: unknown) => error,
      )
      return model instanceof UserError ? model.message : String(model)
    }),
  )
  assert.deepEqual(
    said,
    faults.map(
      ([className, , , rule]) =>
        `While building the model: layer "own" (${className}): ${rule}; correct it in the topology.`,
    ),
  )
})
