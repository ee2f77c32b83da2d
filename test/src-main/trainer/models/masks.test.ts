import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { selectEngine } from '../../../../src-main/engine/select.ts'
import * as tf from '../../../../src-main/engine/tf.ts'
import { buildModel, type Model } from '../../../../src-main/trainer/models/index.ts'
import { GraphBuilder } from '../../../bench/networks/topology.ts'

/*
 * Steps that are passed over, from layer to layer, beside the same computed by hand in float64: two examples of six steps of
 * six numbers, of which the first begins with two steps of zeros and the second ends with two.
 */

before(() => selectEngine('simd'))

const steps = 6
const wide = 6
const isSeen = [
  [false, false, true, true, true, true],
  [true, true, true, true, false, false],
]
const values = isSeen.map((seen, example) =>
  seen.map((is, step) =>
    Array.from({ length: wide }, (_, i) => (is ? Math.sin(1.7 * (36 * example + wide * step + i)) : 0)),
  ),
)
type Rows = number[][]

/** Rows of a weight, by the name of its layer. */
function weightIn(model: Model, name: string): Rows {
  const found = [...model.variables].find((variable) => variable.name === name)
  assert.ok(found, `${name} of ${[...model.variables].map((variable) => variable.name)}`)
  const columns = found.shape.at(-1) ?? 1
  const numbers = [...found.dataSync()]
  return Array.from({ length: numbers.length / columns }, (_, row) =>
    numbers.slice(row * columns, (row + 1) * columns),
  )
}

const product = (x: readonly number[], weight: Rows): number[] =>
  (weight[0] ?? []).map((_, column) =>
    x.reduce((sum, value, row) => sum + value * (weight[row]?.[column] ?? 0), 0),
  )

/** States of a SimpleRNN of tanh after each step that counts. */
function states(model: Model, layer: string, x: Rows, seen: readonly boolean[]): Rows {
  const [kernel, recurrent] = [
    weightIn(model, `${layer}/kernel`),
    weightIn(model, `${layer}/recurrent_kernel`),
  ]
  let state = (recurrent[0] ?? []).map(() => 0)
  return x.map((row, step) => {
    const [own, past] = [product(row, kernel), product(state, recurrent)]
    if (seen[step]) state = state.map((_, unit) => Math.tanh((own[unit] ?? 0) + (past[unit] ?? 0)))
    return state
  })
}

async function check(graph: GraphBuilder, last: string, byHand: (model: Model, example: number) => number[]) {
  const topology = graph.topology(graph.add('Dense', { units: 3, use_bias: false, name: 'out' }, last))
  const model = await buildModel({ kind: 'layers', topology }, { shape: [steps, wide, 1], classes: 3 }, 1)
  const x = tf.tensor(values.flat(2), [2, steps, wide, 1])
  const logits = model.forward(x, { training: false, step: 0, seed: 0 })
  const expected = [0, 1].flatMap((example) => product(byHand(model, example), weightIn(model, 'out/kernel')))
  for (const [i, value] of logits.dataSync().entries())
    assert.ok(Math.abs(value - (expected[i] ?? Number.NaN)) < 1e-5, `${value} is not ${expected[i]}`)
  tf.dispose([x, logits])
  model.dispose()
}

const seenIn = (example: number): boolean[] => isSeen[example] ?? []
const rowsOf = (example: number): Rows => values[example] ?? []
const every = Array<boolean>(steps).fill(true)

/** @returns the builder, rows of the image and the same, masked */
function begin() {
  const graph = new GraphBuilder([steps, wide, 1])
  const rows = graph.add('Reshape', { target_shape: [steps, wide], name: 'rows' }, graph.input)
  return { graph, rows, masked: graph.add('Masking', { mask_value: 0, name: 'masked' }, rows) }
}
const rnn = (name: string, units: number, more = {}) => ({
  units,
  name,
  use_bias: false,
  activation: 'tanh',
  ...more,
})

test('a decoder behind the last state of a masked encoder passes over nothing', async () => {
  const { graph, masked } = begin()
  const code = graph.add('SimpleRNN', rnn('encoder', 4), masked)
  const repeated = graph.add('RepeatVector', { n: steps, name: 'repeated' }, code)
  await check(graph, graph.add('SimpleRNN', rnn('decoder', 5), repeated), (model, example) => {
    const last = states(model, 'encoder', rowsOf(example), seenIn(example)).at(-1) ?? []
    return (
      states(
        model,
        'decoder',
        every.map(() => last),
        every,
      ).at(-1) ?? []
    )
  })
})

test('cells above each other that go backwards pass over the same steps', async () => {
  const { graph, masked } = begin()
  const cells = [rnn('low', 4), rnn('high', 5)].map((config) => ({ class_name: 'SimpleRNNCell', config }))
  const cell = { class_name: 'StackedRNNCells', config: { name: 'stack', cells } }
  await check(
    graph,
    graph.add('RNN', { cell, go_backwards: true, name: 'rnn' }, masked),
    (model, example) => {
      const seen = seenIn(example).toReversed()
      const below = states(model, 'rnn/RNNCell_0', rowsOf(example).toReversed(), seen)
      return states(model, 'rnn/RNNCell_1', below, seen).at(-1) ?? []
    },
  )
})

test('of layers that are added up a step counts where it counts in all', async () => {
  const { graph, rows, masked } = begin()
  const other = graph.add('Masking', { mask_value: 5, name: 'all' }, rows)
  const sum = graph.add('Add', { name: 'sum' }, masked, other)
  await check(graph, graph.add('SimpleRNN', rnn('rnn', 4), sum), (model, example) => {
    const doubled = rowsOf(example).map((row) => row.map((value) => 2 * value))
    return states(model, 'rnn', doubled, seenIn(example)).at(-1) ?? []
  })
})

test('attention looks at no source that does not count, whatever counts of the targets', async () => {
  for (const maskedPart of ['query', 'value'] as const) {
    const { graph, rows, masked } = begin()
    const plain = graph.add('Dense', { units: wide, use_bias: false, name: 'plain' }, rows)
    const given = maskedPart === 'query' ? [masked, plain] : [plain, masked]
    const config = { num_heads: 1, key_dim: 2, use_bias: false, name: 'attention' }
    const seen = graph.add('MultiHeadAttention', config, ...given)
    await check(graph, graph.add('GlobalAveragePooling1D', { name: 'mean' }, seen), (model, example) => {
      const others = rowsOf(example).map((row) => product(row, weightIn(model, 'plain/kernel')))
      const [query, value] = maskedPart === 'query' ? [rowsOf(example), others] : [others, rowsOf(example)]
      const of = (part: string, given: Rows) =>
        given.map((row) => product(row, weightIn(model, `attention/${part}/kernel`)))
      const [q, k, v] = [of('query', query), of('key', value), of('value', value)]
      const means = q.map((target, at) => {
        const scores = k.map((source, from) => {
          const counts = maskedPart === 'query' ? seenIn(example)[at] : seenIn(example)[from]
          const score = target.reduce((total, number, i) => total + number * (source[i] ?? 0), 0)
          return counts ? score / Math.SQRT2 : -1e9
        })
        const most = Math.max(...scores)
        const parts = scores.map((score) => Math.exp(score - most))
        const whole = parts.reduce((total, part) => total + part, 0)
        const mixed = [0, 1].map(
          (i) => parts.reduce((total, part, from) => total + part * (v[from]?.[i] ?? 0), 0) / whole,
        )
        return product(mixed, weightIn(model, 'attention/attention_output/kernel'))
      })
      return Array.from(
        { length: wide },
        (_, i) => means.reduce((total, row) => total + (row[i] ?? 0), 0) / steps,
      )
    })
  }
})

test('sequences of sequences pass over the steps within', async () => {
  const { graph } = begin()
  const parts = graph.add('Reshape', { target_shape: [2, 3, wide], name: 'parts' }, graph.input)
  const masked = graph.add('Masking', { mask_value: 0, name: 'within' }, parts)
  const layer = { class_name: 'SimpleRNN', config: rnn('inner', 4) }
  const each = graph.add('TimeDistributed', { layer, name: 'each' }, masked)
  await check(graph, graph.add('Flatten', { name: 'flat' }, each), (model, example) =>
    [0, 3].flatMap(
      (from) =>
        states(
          model,
          'each',
          rowsOf(example).slice(from, from + 3),
          seenIn(example).slice(from, from + 3),
        ).at(-1) ?? [],
    ),
  )
})
