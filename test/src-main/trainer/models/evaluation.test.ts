import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import * as tfl from '@tensorflow/tfjs-layers'
import { type ModelSpec, modelSpec } from '../../../../shared/run/spec.ts'
import * as tf from '../../../../src-main/engine/tf.ts'
import { buildModel } from '../../../../src-main/trainer/models/index.ts'
import { GraphBuilder } from '../../../bench/networks/topology.ts'
import { switchTo } from '../../engine/deviceUnderTest.ts'
import { rank4, relativeError } from '../../engine/simd/support.ts'
import { celled, dilated, filmed, resetAfter, resized } from './kerasTopologies.ts'
import { evaluating, normals, training } from './support.ts'
import * as topologies from './topologies.ts'

/* Outside of training tfjs takes other ways: it gives back what no later layer takes, and layers do without noise. */

afterEach(() => tf.disposeVariables())

/** Attention of rows to themselves with a shortcut around it: one tensor goes twice into a layer, and then into another. */
const attending = (() => {
  const graph = new GraphBuilder([6, 6, 1])
  const rows = graph.add('Dense', { units: 4 }, graph.add('Reshape', { target_shape: [6, 6] }, graph.input))
  const seen = graph.add('MultiHeadAttention', { num_heads: 2, key_dim: 3 }, rows, rows)
  const doubled = graph.add('Multiply', {}, seen, seen)
  const sum = graph.add('Add', {}, rows, seen, doubled)
  return graph.topology(graph.add('Dense', { units: 3 }, graph.add('Flatten', {}, sum)))
})()

for (const device of ['cpu', 'wasm', 'simd'] as const) {
  test(`a tensor that goes into a layer twice is still there for the next, on ${device}`, async () => {
    await switchTo(device)
    const model = await buildModel(
      modelSpec.parse({ kind: 'layers', topology: attending }),
      topologies.input,
      1,
    )
    assert.deepEqual(
      model.layers.filter(({ name }) => !/^(input|layer\d)$/.test(name)),
      [],
      'the layers are those of the topology',
    )
    const x = normals('x', [2, 36])
    const before = tf.memory().numTensors
    const [evaluated, trained] = [evaluating, training].map((mode) => model.forward(x, mode))
    assert.deepEqual(await evaluated?.data(), await trained?.data())
    tf.dispose([evaluated, trained])
    assert.equal(tf.memory().numTensors, before)
    model.dispose()
  })
}

const { others, pooled, merged, noisy, recurrent, masked, attentive, volumes } = topologies
const subjects = { others, pooled, merged, noisy, recurrent, masked, attentive, volumes }
const ofKeras = { resetAfter, filmed, celled, resized, dilated }

test('topologies of every layer give the same numbers on wasm and simd as on the cpu backend', async () => {
  for (const [name, make] of Object.entries({ ...subjects, ...ofKeras })) {
    await switchTo('cpu')
    const spec = specOf(make())
    const expected = await logitsOn('cpu', spec)
    for (const device of ['wasm', 'simd'] as const) {
      const apart = relativeError(await logitsOn(device, spec), expected)
      assert.ok(apart < 1e-5, `${name} on ${device} is off by ${apart}`)
    }
  }
})

function specOf(made: ModelSpec | tfl.LayersModel | topologies.Layers): ModelSpec {
  if ('kind' in made) return made
  return made instanceof tfl.LayersModel ? topologies.specOfModel(made) : topologies.specOf(made)
}

async function logitsOn(device: 'cpu' | 'wasm' | 'simd', spec: ModelSpec): Promise<Float32Array> {
  await switchTo(device)
  const model = await buildModel(spec, topologies.input, 3)
  const x = normals('x', [3, 36])
  const before = tf.memory().numTensors
  const y = model.forward(x, evaluating)
  const logits = await y.data<'float32'>()
  y.dispose()
  assert.equal(tf.memory().numTensors, before, 'no tensor is left behind')
  x.dispose()
  model.dispose()
  return logits
}

test('images of a batch that are brought to the nearest pixels have their own gradients on the cpu backend', async () => {
  await switchTo('cpu')
  const [x, weights] = [normals('x', [2, 3, 4, 2]), normals('dy', [2, 5, 8, 2])]
  const enlarge = (images: tf.Tensor) => tf.image.resizeNearestNeighbor(rank4(images), [5, 8])
  const gradient = tf.grad(enlarge)(x, weights)
  // The derivative of a linear function: what goes in and comes out weighs the same.
  const [given, back] = [tf.mul(enlarge(x), weights), tf.mul(x, gradient)]
  for (const image of [0, 1]) {
    const [a, b] = [given, back].map((each) => tf.sum(tf.slice(each, image, 1)).dataSync()[0] ?? Number.NaN)
    assert.ok(Math.abs((a ?? 0) - (b ?? Number.NaN)) < 1e-5, `image ${image}: ${b} for ${a}`)
  }
})
