import assert from 'node:assert/strict'
import { afterEach, before, describe, test } from 'node:test'
import * as tfl from '@tensorflow/tfjs-layers'
import type { z } from 'zod'
import { UserError } from '../../../../shared/errors.ts'
import * as tf from '../../../../src-main/engine/tf.ts'
import { buildModel } from '../../../../src-main/trainer/models/index.ts'
import { dot, evaluating, gradientsOf, normals, someLabels, training } from './support.ts'
import {
  convolutional,
  input,
  type json,
  type Layers,
  mlp,
  of,
  specOf,
  specOfModel,
  symbol,
  topologyOf,
} from './topologies.ts'

before(async () => {
  await tf.setBackend('cpu')
})
afterEach(() => tf.disposeVariables())

describe("the user's own topology", () => {
  test('trains under stable names, from seeded weights, in whatever file it comes', async () => {
    const spec = specOf(mlp())
    assert.ok(spec.kind === 'layers')
    const weightsAfter = async (topology: typeof spec.topology, seed: number) => {
      const model = await buildModel({ kind: 'layers', topology }, input, seed)
      const weights = model.variables.map((variable) => [variable.name, ...variable.dataSync()])
      model.dispose()
      return weights
    }
    const first = await weightsAfter(spec.topology, 1)
    assert.deepEqual(
      first.map(([name]) => name),
      ['hidden/kernel', 'hidden/bias', 'out/kernel', 'out/bias'],
    )
    assert.deepEqual(await weightsAfter({ modelTopology: spec.topology }, 1), first)
    assert.deepEqual(await weightsAfter({ modelTopology: { model_config: spec.topology } }, 1), first)
    assert.notDeepEqual(await weightsAfter(spec.topology, 2), first)
  })

  test('gives the logits in front of its softmax', async () => {
    const model = await buildModel(specOf(mlp()), input, 1)
    const x = normals('x', [2, 36])
    const [w1, b1, w2, b2] = model.variables
    assert.ok(w1 && b1 && w2 && b2)
    const expected = tf.add(tf.matMul(tf.relu(tf.add(tf.matMul(x, w1), b1)), w2), b2)
    const logits = model.forward(x, evaluating)
    for (const [i, value] of expected.dataSync().entries()) {
      assert.ok(Math.abs(value - (logits.dataSync()[i] ?? Number.NaN)) < 1e-5)
    }
    model.dispose()
  })

  test('drops another mask every step', async () => {
    const model = await buildModel(specOf(mlp()), input, 1)
    const x = normals('x', [2, 36])
    const at = (step: number) => Array.from(model.forward(x, { ...training, step }).dataSync())
    assert.deepEqual(at(1), at(1))
    assert.notDeepEqual(at(1), at(2))
    model.dispose()
  })

  test('draws noise of every kind anew each step, and the same again at the same step', async () => {
    const x = normals('x', [2, 36])
    for (const layer of [
      of.spatialDropout1d({ rate: 0.4, inputShape: [6, 6] }),
      of.gaussianNoise({ stddev: 0.4, inputShape: [6, 6] }),
      of.gaussianDropout({ rate: 0.4, inputShape: [6, 6] }),
      of.alphaDropout({ rate: 0.4, inputShape: [6, 6] }),
    ]) {
      const model = await buildModel(specOf([layer, of.flatten(), of.dense({ units: 3 })]), input, 1)
      const at = (step: number) => Array.from(model.forward(x, { ...training, step }).dataSync())
      assert.deepEqual(at(1), at(1))
      assert.notDeepEqual(at(1), at(2))
      assert.notDeepEqual(at(1), Array.from(model.forward(x, evaluating).dataSync()))
      model.dispose()
    }
  })

  test('moves normalisation statistics by its own momentum, once a step', async () => {
    const model = await buildModel(specOf(convolutional()), input, 1)
    const [x, labels] = [normals('x', [4, 36]), someLabels(4, 3)]
    const kernel = model.variables.find(({ name }) => name === 'conv/kernel')
    const mean = model.statistics.find(({ name }) => name === 'bn/moving_mean')
    assert.ok(kernel && mean)
    const filters = tf.reshape<tf.Rank.R4>(kernel, [3, 3, 1, 4])
    const activations = tf.conv2d(tf.reshape<tf.Rank.R4>(x, [4, 6, 6, 1]), filters, 1, 'valid')
    const expected = tf.mul(tf.mean(activations, [0, 1, 2]), 0.2).dataSync()
    await gradientsOf(model, x, labels, { ...training, statisticsRate: 0 })
    assert.deepEqual(Array.from(mean.dataSync()), [0, 0, 0, 0])
    await gradientsOf(model, x, labels, training)
    for (const [i, value] of mean.dataSync().entries()) {
      assert.ok(Math.abs(value - (expected[i] ?? Number.NaN)) < 1e-6)
    }
    model.dispose()
  })

  test('a normalisation set not to train keeps its statistics and normalises by them in training too', async () => {
    const frozen = of.batchNormalization({
      inputShape: [6, 6, 1],
      name: 'bn',
      trainable: false,
      epsilon: 1e-3,
    })
    const layers: Layers = [frozen, of.flatten(), of.dense({ units: 3, name: 'out' })]
    const model = await buildModel(specOf(layers), input, 1)
    assert.deepEqual(
      model.variables.map(({ name }) => name),
      ['out/kernel', 'out/bias'],
    )
    const [mean, variance] = ['mean', 'variance'].map((kind) =>
      model.statistics.find(({ name }) => name === `bn/moving_${kind}`),
    )
    assert.ok(mean && variance)
    mean.assign(tf.tensor1d([0.5]))
    variance.assign(tf.tensor1d([4]))
    const x = normals('x', [2, 36])
    const inTraining = model.forward(x, training).dataSync()
    assert.deepEqual(
      [mean, variance].map((each) => each.dataSync()[0]),
      [0.5, 4],
    )
    assert.deepEqual(inTraining, model.forward(x, evaluating).dataSync())
    model.dispose()
  })

  test('may use a layer of weights twice, and gives all of it back', async () => {
    const image = tfl.input({ shape: [6, 6, 1] })
    const shared = of.dense({ units: 36, name: 'shared' })
    const twice = shared.apply(symbol(shared.apply(symbol(of.flatten().apply(image)))))
    const output = symbol(of.dense({ units: 3, name: 'out' }).apply(twice))
    const spec = specOfModel(tfl.model({ inputs: image, outputs: output }))
    tf.disposeVariables()
    const before = tf.memory().numTensors
    for (let i = 0; i < 2; i++) {
      const model = await buildModel(spec, input, 1)
      assert.equal(model.parameterCount, 36 * 36 + 36 + 36 * 3 + 3)
      model.dispose()
      assert.equal(tf.memory().numTensors, before)
    }
  })

  test('may be a graph with branches', async () => {
    const image = tfl.input({ shape: [6, 6, 1], name: 'image' })
    const flat = of.flatten({ name: 'flat' }).apply(image)
    assert.ok(flat instanceof tfl.SymbolicTensor)
    const left = of.dense({ units: 4, activation: 'relu', name: 'left' }).apply(flat)
    const right = of.dense({ units: 4, name: 'right' }).apply(flat)
    assert.ok(left instanceof tfl.SymbolicTensor && right instanceof tfl.SymbolicTensor)
    const sum = of.add({ name: 'sum' }).apply([left, right])
    assert.ok(sum instanceof tfl.SymbolicTensor)
    const output = of.dense({ units: 3, activation: 'softmax', name: 'out' }).apply(sum)
    assert.ok(output instanceof tfl.SymbolicTensor)
    const topology = topologyOf(tfl.model({ inputs: image, outputs: output }))
    const model = await buildModel({ kind: 'layers', topology }, input, 1)
    assert.equal(model.parameterCount, 2 * (36 * 4 + 4) + 4 * 3 + 3)
    const total = dot(model.forward(normals('x', [2, 36]), evaluating).dataSync(), [1, 1, 1, 0, 0, 0])
    assert.ok(Math.abs(total - 1) > 1e-3, 'logits, not probabilities')
    model.dispose()
  })
})

describe('topologies that cannot be trained', () => {
  const dense = { units: 3, name: 'out' }
  const refused: [name: string, make: () => Layers | tfl.LayersModel, message: RegExp][] = [
    [
      'a layer that is not known to train',
      () => [
        of.flatten({ inputShape: [6, 6, 1] }),
        of.categoryEncoding({ numTokens: 4, outputMode: 'multiHot' }),
        of.dense(dense),
      ],
      /CategoryEncoding.*not a layer/,
    ],
    [
      'a regulariser',
      () => [of.flatten({ inputShape: [6, 6, 1] }), of.dense({ ...dense, kernelRegularizer: 'l1l2' })],
      /"out" \(Dense\) sets kernel_regularizer.*weightDecay/,
    ],
    [
      'a sigmoid at the end',
      () => [of.flatten({ inputShape: [6, 6, 1] }), of.dense({ ...dense, activation: 'sigmoid' })],
      /activation "sigmoid".*softmax or linear/,
    ],
    [
      'the wrong number of classes',
      () => [of.flatten({ inputShape: [6, 6, 1] }), of.dense({ units: 4 })],
      /must have 3 numbers.*\[4\]/,
    ],
    [
      'the wrong input',
      () => [of.flatten({ inputShape: [5, 6, 1] }), of.dense(dense)],
      /must fit examples of shape \[6,6,1\] \(received \[5,6,1\]\)/,
    ],
    [
      'a normalisation used twice',
      () => {
        const image = tfl.input({ shape: [6, 6, 1] })
        const norm = of.batchNormalization({ name: 'shared' })
        const both = of.concatenate().apply([symbol(norm.apply(image)), symbol(norm.apply(image))])
        return tfl.model({
          inputs: image,
          outputs: symbol(of.dense(dense).apply(symbol(of.flatten().apply(both)))),
        })
      },
      /"shared" \(BatchNormalization\) is used 2 times.*give each use its own/,
    ],
    [
      'normalisation over rows',
      () => [of.batchNormalization({ inputShape: [6, 6, 1], axis: 1 }), of.flatten(), of.dense(dense)],
      /last axis \(received axis 1\)/,
    ],
  ]
  for (const [name, make, message] of refused) {
    test(name, async () => {
      const made = make()
      const spec = Array.isArray(made) ? specOf(made) : specOfModel(made)
      const before = tf.memory().numTensors
      await assert.rejects(buildModel(spec, input, 1), (error: Error) => {
        assert.ok(error instanceof UserError, error.stack)
        assert.match(error.message, message)
        return true
      })
      assert.equal(tf.memory().numTensors, before)
    })
  }

  const broken: [name: string, topology: z.infer<typeof json>][] = [
    ['no topology', {}],
    ['no layers', { class_name: 'Sequential', config: { layers: [] } }],
    ['a graph model', { class_name: 'GraphModel', config: { layers: [] } }],
    [
      'a bad option',
      {
        class_name: 'Sequential',
        config: [{ class_name: 'Dense', config: { units: -1, batch_input_shape: [null, 36] } }],
      },
    ],
    [
      'an unknown activation',
      {
        class_name: 'Sequential',
        config: [
          { class_name: 'Dense', config: { units: 4, activation: 'zigzag', batch_input_shape: [null, 36] } },
          { class_name: 'Dense', config: { units: 3 } },
        ],
      },
    ],
  ]
  for (const [name, topology] of broken) {
    test(name, async () => {
      await assert.rejects(buildModel({ kind: 'layers', topology }, input, 1), UserError)
    })
  }
})
