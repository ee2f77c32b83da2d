import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as tf from '../../../../src-main/engine/tf.ts'
import { buildModel } from '../../../../src-main/trainer/models/index.ts'
import { GraphBuilder } from '../../../bench/networks/topology.ts'
import { switchTo } from '../../engine/deviceUnderTest.ts'
import { evaluating, normals, training } from './support.ts'

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
  test(`a tensor that goes into a layer twice is still there for the next, without training too, on ${device}`, async () => {
    await switchTo(device)
    const model = await buildModel(
      { kind: 'layers', topology: attending },
      { shape: [6, 6, 1], classes: 3 },
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
