import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { UserError } from '../../../shared/errors.ts'
import { readTopology } from '../../../shared/model/topology.ts'

const input = {
  name: 'in',
  class_name: 'InputLayer',
  config: { batch_input_shape: [null, 4], name: 'in' },
  inbound_nodes: [],
}
const dense = (name: string, ...from: [string, number][]) => ({
  name,
  class_name: 'Dense',
  config: { units: 4, name },
  inbound_nodes: from.map(([source, use]) => [[source, use, 0, {}]]),
})
const graph = (layers: readonly object[], output = 'out') => ({
  class_name: 'Model',
  config: { name: 'm', layers, input_layers: [['in', 0, 0]], output_layers: [[output, 0, 0]] },
})

describe('a graph of layers is refused where it can never be built', () => {
  const refused: [why: string, topology: object, message: RegExp][] = [
    [
      'two layers that feed each other',
      graph([input, dense('a', ['b', 0]), dense('b', ['a', 0]), dense('out', ['b', 0])]),
      /"a" → "b" → "a"|"b" → "a" → "b"/,
    ],
    ['a layer that feeds itself', graph([input, dense('out', ['out', 0])]), /"out" → "out" flow into/],
    [
      'a ring behind layers that could be built',
      graph([
        input,
        dense('a', ['in', 0]),
        {
          ...dense('b', ['a', 0]),
          class_name: 'Add',
          inbound_nodes: [
            [
              ['a', 0, 0, {}],
              ['d', 0, 0, {}],
            ],
          ],
        },
        dense('c', ['b', 0]),
        dense('d', ['c', 0]),
        dense('out', ['d', 0]),
      ]),
      /ring/,
    ],
    [
      'a layer that is not there',
      graph([input, dense('out', ['ghost', 0])]),
      /"out".*layer "ghost", which is not there/,
    ],
    [
      'a use that is not there',
      graph([input, dense('a', ['in', 0]), dense('out', ['a', 1])]),
      /takes use 2 of layer "a", which is not used that often/,
    ],
    ['a layer with nothing before it', graph([input, dense('out')]), /"out".*nothing that flows into it/],
    ['an output that is not there', graph([input, dense('a', ['in', 0])]), /no layer "out"/],
  ]
  for (const [why, topology, message] of refused) {
    test(why, () => {
      assert.throws(
        () => readTopology(topology),
        (error: Error) => error instanceof UserError && message.test(error.message),
      )
    })
  }

  test('a layer of weights used twice, the second time on its own output, is no ring', () => {
    const twice = dense('shared', ['in', 0], ['shared', 0])
    readTopology(graph([input, twice, dense('out', ['shared', 1])]))
  })
})

test('one input or output may be named as a single triple', () => {
  const { config, ...rest } = graph([input, dense('out', ['in', 0])])
  const flat = { ...rest, config: { ...config, input_layers: ['in', 0, 0], output_layers: ['out', 0, 0] } }
  const read = readTopology(flat)
  assert.ok(!Array.isArray(read.config))
  assert.deepEqual([read.config.input_layers, read.config.output_layers], [[['in', 0, 0]], [['out', 0, 0]]])
})

test('what is read is a copy', () => {
  const given = graph([input, dense('out', ['in', 0])])
  const before = structuredClone(given)
  readTopology(given)
  assert.deepEqual(given, before)
})
