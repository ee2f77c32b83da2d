import assert from 'node:assert/strict'
import { afterEach, before, describe, test } from 'node:test'
import { UserError } from '../../../../shared/errors.ts'
import { parseRunSpec } from '../../../../shared/run/spec.ts'
import * as tf from '../../../../src-main/engine/tf.ts'
import { buildFitting } from '../../../../src-main/trainer/fitting.ts'
import { buildModel } from '../../../../src-main/trainer/models/index.ts'
import { prepareTopology } from '../../../../src-main/trainer/models/topology.ts'
import { sizeOfTopology } from '../../../../src-main/trainer/models/topologySize.ts'
import { celled, filmed, resetAfter, resized } from './kerasTopologies.ts'
import './support.ts'
import {
  convolutional,
  input,
  json,
  type Layers,
  merged,
  mlp,
  of,
  others,
  pooled,
  specOf,
  specOfModel,
  volumes,
} from './topologies.ts'

before(async () => {
  await tf.setBackend('cpu')
})
afterEach(() => tf.disposeVariables())

for (const [name, make] of [
  ['mlp', () => specOf(mlp())],
  ['convolutional', () => specOf(convolutional())],
  ['others', () => specOf(others())],
  ['pooled', () => specOf(pooled())],
  ['merged', () => specOfModel(merged())],
  ['volumes', () => specOf(volumes())],
  ...Object.entries({ celled, filmed, resetAfter, resized }),
] as const) {
  test(`the numbers of ${name} are counted as they are built`, async () => {
    const spec = make()
    assert.ok(spec.kind === 'layers')
    const before = tf.memory().numTensors
    const size = await sizeOfTopology(prepareTopology(spec.topology, 1))
    assert.equal(tf.memory().numTensors, before)
    const model = await buildModel(spec, input, 1)
    const weights = [...model.variables, ...model.statistics].map(({ size }) => size)
    const outputs = model.layers.map(({ outputShape }) => outputShape.reduce((a, b) => a * b, 1))
    assert.deepEqual(size, {
      parameters: weights.reduce((a, b) => a + b, 0),
      largestWeight: Math.max(...weights),
      largestOutput: Math.max(...outputs),
    })
    model.dispose()
  })
}

describe('what no device could hold is refused before it is allocated', () => {
  const memory = 2 ** 30
  const fitting = (layers: object[]) => {
    const topology = json.parse({ class_name: 'Sequential', config: { name: 's', layers } })
    const spec = parseRunSpec({
      model: { kind: 'layers', topology },
      schedule: { kind: 'constant', lr: 0.1 },
      budget: { steps: 1 },
    })
    return buildFitting(spec, input, memory)
  }
  const image = { class_name: 'InputLayer', config: { batch_input_shape: [null, 6, 6, 1] } }
  const end = [
    { class_name: 'Flatten', config: {} },
    { class_name: 'Dense', config: { units: 3 } },
  ]
  const huge: [name: string, layers: object[], message: RegExp][] = [
    [
      'weights',
      [image, end[0] ?? {}, { class_name: 'Dense', config: { units: 1e9 } }, ...end.slice(1)],
      /40000000003 parameters/,
    ],
    [
      'filters',
      [image, { class_name: 'Conv2D', config: { filters: 5e8, kernel_size: 3 } }, ...end],
      /parameters/,
    ],
    [
      'repeats',
      [
        image,
        end[0] ?? {},
        { class_name: 'RepeatVector', config: { n: 1e9 } },
        { class_name: 'GlobalMaxPooling1D', config: {} },
        ...end.slice(1),
      ],
      /36000000000 numbers/,
    ],
    [
      'padding',
      [
        image,
        { class_name: 'ZeroPadding2D', config: { padding: [1e5, 1e5] } },
        { class_name: 'GlobalMaxPooling2D', config: {} },
        ...end.slice(1),
      ],
      /numbers for an example/,
    ],
  ]
  for (const [name, layers, message] of huge) {
    test(name, async () => {
      const before = tf.memory().numBytes
      await assert.rejects(fitting(layers), (error: Error) => {
        assert.ok(error instanceof UserError, error.stack)
        assert.match(error.message, message)
        return true
      })
      assert.equal(tf.memory().numBytes, before)
    })
  }
})

test('layers whose name tfjs does not know yet are refused in words', async () => {
  const layers: Layers = [of.flatten({ inputShape: [6, 6, 1] }), of.dense({ units: 3 })]
  const spec = specOf(layers)
  assert.ok(spec.kind === 'layers')
  const topology = prepareTopology(spec.topology, 1)
  const [, last] = Array.isArray(topology.config) ? topology.config : topology.config.layers
  assert.ok(last)
  last.config.units = -1
  await assert.rejects(sizeOfTopology(topology), UserError)
})
