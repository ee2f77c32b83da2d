import assert from 'node:assert/strict'
import { afterEach, before, describe, test } from 'node:test'
import { UserError } from '../../../../shared/errors.ts'
import type { ModelSpec } from '../../../../shared/run/spec.ts'
import * as tf from '../../../../src-main/engine/tf.ts'
import { buildModel, type ForwardMode } from '../../../../src-main/trainer/models/index.ts'
import { evaluating, gradientsOf, normals, someLabels, training } from './support.ts'

const specs: ModelSpec[] = [
  { kind: 'softmax' },
  { kind: 'mlp', hidden: [6, 5], dropout: 0.3 },
  { kind: 'cnn', filters: [3, 4], dense: 5, dropout: 0.3 },
  { kind: 'resnet', depth: 8 },
  { kind: 'wrn', depth: 10, widen: 1, dropout: 0.3 },
  { kind: 'densenet', depth: 10, growth: 3, bc: true, dropout: 0.3 },
]
const input = { shape: [6, 6, 2], classes: 4 }

before(async () => {
  await tf.setBackend('cpu')
})
// A failed test must not leave its names taken for the next.
afterEach(() => tf.disposeVariables())

const bits = (tensors: readonly tf.Tensor[]) => tensors.map((tensor) => Array.from(tensor.dataSync()))
const bitsOf = (x: tf.Tensor): number[] => {
  const values = Array.from(x.dataSync())
  x.dispose()
  return values
}

/** Weights, their names, and the logits of one batch in training mode. */
async function sample(spec: ModelSpec, seed: number, mode: ForwardMode) {
  const model = await buildModel(spec, input, seed)
  const x = normals('x', [4, ...input.shape])
  const names = model.variables.map(({ name }) => name)
  const weights = bits(model.variables)
  const logits = bitsOf(model.forward(x, mode))
  model.dispose()
  x.dispose()
  return { names, weights, logits }
}

for (const spec of specs) {
  describe(spec.kind, () => {
    test('gives logits [batch, classes], also for flattened examples', async () => {
      const model = await buildModel(spec, input, 1)
      const x = normals('x', [3, ...input.shape])
      const logits = model.forward(x, evaluating)
      assert.deepEqual(logits.shape, [3, 4])
      const flat = model.forward(tf.reshape(x, [3, -1]), evaluating)
      assert.deepEqual(bitsOf(flat), bitsOf(logits))
      model.dispose()
    })

    test('one seed gives the same bits, another one others', async () => {
      const first = await sample(spec, 1, training)
      assert.deepEqual(await sample(spec, 1, training), first)
      const second = await sample(spec, 2, training)
      assert.deepEqual(second.names, first.names)
      for (const [i, name] of first.names.entries()) {
        if (name.endsWith('kernel')) assert.notDeepEqual(second.weights[i], first.weights[i], name)
      }
    })

    test('a training step keeps the number of tensors, and dispose() leaves none', async () => {
      const start = tf.memory().numTensors
      const model = await buildModel(spec, input, 1)
      const [x, labels] = [normals('x', [4, ...input.shape]), someLabels(4, input.classes)]
      const before = tf.memory().numTensors
      await gradientsOf(model, x, labels, training)
      bitsOf(model.forward(x, evaluating))
      assert.equal(tf.memory().numTensors, before)
      model.dispose()
      tf.dispose([x, labels])
      assert.equal(tf.memory().numTensors, start)
    })

    test('names and lists every weight once', async () => {
      const model = await buildModel(spec, input, 1)
      const all = [...model.variables, ...model.statistics]
      assert.equal(new Set(all.map(({ name }) => name)).size, all.length)
      assert.equal(
        model.variables.reduce((sum, { size }) => sum + size, 0),
        model.parameterCount,
      )
      assert.equal(
        model.layers.reduce((sum, { parameters }) => sum + parameters, 0),
        model.parameterCount,
      )
      model.dispose()
    })
  })
}

describe('initial weights', () => {
  test('kernels have the variance 2 / fan-in, biases 0, gains 1', async () => {
    const model = await buildModel({ kind: 'resnet', depth: 8 }, { shape: [8, 8, 3], classes: 10 }, 1)
    for (const variable of model.variables) {
      const values = Array.from(variable.dataSync())
      if (variable.rank === 1) {
        const expected = variable.name.endsWith('gamma') ? 1 : 0
        assert.ok(
          values.every((value) => value === expected),
          variable.name,
        )
        continue
      }
      const fanIn = variable.shape.slice(0, -1).reduce((product, size) => product * size, 1)
      const variance = values.reduce((sum, value) => sum + value * value, 0) / values.length
      // The variance of n normal numbers scatters by √(2/n): five of those.
      const scatter = 5 * Math.sqrt(2 / values.length)
      assert.ok(Math.abs((variance * fanIn) / 2 - 1) < scatter, `${variable.name}: ${variance * fanIn}`)
    }
    model.dispose()
  })
})

describe('dropout', () => {
  const spec: ModelSpec = { kind: 'mlp', hidden: [2000], dropout: 0.25 }

  test('draws another mask at another step and another seed, the same one for the same step', async () => {
    const at = async (step: number, seed: number) =>
      (await sample(spec, 1, { training: true, step, seed })).logits
    const first = await at(4, 9)
    assert.deepEqual(await at(4, 9), first)
    assert.notDeepEqual(await at(5, 9), first)
    assert.notDeepEqual(await at(4, 8), first)
  })

  test('zeroes its share of the units, scales the rest, and is off in evaluation', async () => {
    const { dropout } = await import('../../../../src-main/trainer/models/layers/dropout.ts')
    const x = tf.ones([100, 100])
    const values = Array.from(dropout(x, 'layer', 0.25, { training: true, step: 0, seed: 1 }).dataSync())
    const zeros = values.filter((value) => value === 0).length
    assert.ok(Math.abs(zeros / 1e4 - 0.25) < 5 * Math.sqrt((0.25 * 0.75) / 1e4), `${zeros} zeros`)
    assert.deepEqual(new Set(values), new Set([0, Math.fround(1 / 0.75)]))
    assert.equal(dropout(x, 'layer', 0.25, evaluating), x)
  })
})

describe('normalisation statistics', () => {
  const spec: ModelSpec = { kind: 'wrn', depth: 10, widen: 1, dropout: 0 }

  test('move once in a training step, also inside the gradient, and never in evaluation or a probe', async () => {
    const model = await buildModel(spec, input, 1)
    const [x, labels] = [normals('x', [4, ...input.shape]), someLabels(4, input.classes)]
    const initial = bits(model.statistics)
    bitsOf(model.forward(x, evaluating))
    await gradientsOf(model, x, labels, { ...training, statisticsRate: 0 })
    assert.deepEqual(bits(model.statistics), initial)
    await gradientsOf(model, x, labels, training)
    const once = bits(model.statistics)
    for (const [i, statistic] of model.statistics.entries())
      assert.notDeepEqual(once[i], initial[i], statistic.name)
    restore(model.statistics, initial)
    bitsOf(model.forward(x, training))
    assert.deepEqual(bits(model.statistics), once)
    model.dispose()
  })

  test('taken whole from a batch make evaluation agree with training on it, but for the unbiased variance', async () => {
    const model = await buildModel(spec, input, 1)
    const x = normals('x', [64, ...input.shape])
    const trained = bitsOf(model.forward(x, { ...training, statisticsRate: 1 }))
    const evaluated = bitsOf(model.forward(x, evaluating))
    const largest = Math.max(...trained.map(Math.abs))
    for (const [i, value] of evaluated.entries()) {
      assert.ok(Math.abs(value - (trained[i] ?? Number.NaN)) < 0.02 * largest)
    }
    model.dispose()
  })
})

function restore(statistics: readonly tf.Variable[], values: readonly number[][]): void {
  for (const [i, statistic] of statistics.entries()) {
    tf.tidy(() => statistic.assign(tf.tensor(values[i] ?? [], statistic.shape)))
  }
}

describe('data that do not fit', () => {
  const table = { shape: [30], classes: 3 }
  for (const spec of specs.filter(({ kind }) => kind !== 'softmax' && kind !== 'mlp')) {
    test(`${spec.kind} refuses a table and leaves nothing behind`, async () => {
      const before = tf.memory().numTensors
      await assert.rejects(buildModel(spec, table, 1), (error: Error) => {
        assert.ok(error instanceof UserError)
        assert.match(error.message, /needs images .*received examples of shape \[30\]/)
        return true
      })
      assert.equal(tf.memory().numTensors, before)
    })
  }

  for (const [kind, side, spec] of [
    ['densenet', 4, { kind: 'densenet', depth: 10, growth: 2, bc: false, dropout: 0 }],
    ['vgg', 32, { kind: 'vgg', depth: 11 }],
  ] as const) {
    test(`${kind} refuses images of less than ${side}×${side}`, async () => {
      const before = tf.memory().numTensors
      const small = { shape: [side + 5, side - 1, 1], classes: 3 }
      await assert.rejects(buildModel(spec, small, 1), {
        name: 'UserError',
        message: new RegExp(
          `${kind} .*at least ${side}×${side} pixels \\(received ${side + 5}×${side - 1}\\)`,
        ),
      })
      assert.equal(tf.memory().numTensors, before)
    })
  }

  test('cnn refuses more poolings than the image can take', async () => {
    const spec: ModelSpec = { kind: 'cnn', filters: [2, 2, 2, 2, 2], dense: 4, dropout: 0 }
    const before = tf.memory().numTensors
    await assert.rejects(buildModel(spec, { shape: [28, 28, 1], classes: 3 }, 1), /at least 32×32 .*28×28/)
    assert.equal(tf.memory().numTensors, before)
  })
})
