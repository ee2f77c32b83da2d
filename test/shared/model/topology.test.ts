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

const sequential = (...layers: [kind: string, config: object][]) => ({
  class_name: 'Sequential',
  config: { name: 's', layers: layers.map(([class_name, config]) => ({ class_name, config })) },
})

test('recurrent and wrapping layers are refused where they could only train wrongly', () => {
  const lstm = { class_name: 'LSTM', config: { units: 3 } }
  const norm = { class_name: 'BatchNormalization', config: {} }
  for (const [kind, config, message] of [
    ['LSTM', { units: 3, stateful: true }, /sets stateful, which is not supported; set it to false/],
    ['Bidirectional', { layer: norm }, /holds a BatchNormalization.*hold one of LSTM, GRU, SimpleRNN/],
    ['TimeDistributed', { layer: norm }, /holds a BatchNormalization.*without TimeDistributed/],
    ['TimeDistributed', {}, /holds no layer/],
    [
      'Bidirectional',
      { layer: { ...lstm, config: { ...lstm.config, kernel_regularizer: 'l2' } } },
      /kernel_regul/,
    ],
    ['ConvLSTM2D', { filters: 2, return_state: true }, /sets return_state/],
    ['LSTMCell', { units: 3 }, /is not a layer that can be trained here/],
    ['RNN', {}, /holds no cell/],
    ['RNN', { cell: lstm }, /is not a cell that can be trained here; use LSTMCell, GRUCell, SimpleRNNCell/],
    ['RNN', { cell: { class_name: 'StackedRNNCells', config: { cells: [] } } }, /a stack without cells/],
    ['TimeDistributed', { layer: { class_name: 'RNN', config: {} } }, /holds a RNN/],
    ['Conv3DTranspose', { output_padding: [0, 1, 0] }, /sets output_padding \[0,1,0\].*remove it/],
    ['Conv2DTranspose', { dilation_rate: [2, 2] }, /sets dilation_rate \[2,2\].*set it to 1/],
    ['Conv3D', { groups: 2 }, /has 2 groups/],
    ['Resizing', { crop_to_aspect_ratio: true }, /sets crop_to_aspect_ratio/],
  ] as const) {
    assert.throws(() => readTopology(sequential([kind, config], ['Dense', { units: 2 }])), message)
  }
})

test("attention's value becomes an input, of Keras 2 and of Keras 3, and scores are not given out", () => {
  const tensor = (name: string) => ({
    class_name: '__keras_tensor__',
    config: { keras_history: [name, 0, 0] },
  })
  const attend = (inbound_nodes: unknown[]) => {
    const layer = { ...dense('mha'), class_name: 'MultiHeadAttention', inbound_nodes }
    const { config } = readTopology(graph([input, dense('a', ['in', 0]), layer, dense('out', ['mha', 0])]))
    return Array.isArray(config) ? undefined : config.layers[2]
  }
  const expected = [
    [
      ['in', 0, 0, {}],
      ['a', 0, 0, {}],
    ],
  ]
  const older = attend([[['in', 0, 0, { value: ['a', 0, 0], use_causal_mask: true }]]])
  assert.deepEqual(older?.inbound_nodes, expected)
  assert.equal(older?.config.use_causal_mask, true)
  const newer = attend([{ args: [tensor('in')], kwargs: { value: tensor('a'), use_causal_mask: false } }])
  assert.deepEqual(newer?.inbound_nodes, expected)
  assert.throws(() => attend([[['in', 0, 0, { return_attention_scores: true }]]]), /gives out its scores/)
})
