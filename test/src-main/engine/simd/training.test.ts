import assert from 'node:assert/strict'
import { afterEach, before, test } from 'node:test'
import { type OptimizerSpec, optimizerSpec } from '../../../../shared/run/spec.ts'
import { simdBackend } from '../../../../src-main/engine/simd/load.ts'
import * as tf from '../../../../src-main/engine/tf.ts'
import { softmaxCrossEntropy } from '../../../../src-main/trainer/loss.ts'
import { normaliseByBatch, normaliseByMoving } from '../../../../src-main/trainer/models/layers/batchNorm.ts'
import { createOptimizer } from '../../../../src-main/trainer/optimizers/index.ts'
import { batchNorm } from './reference.ts'
import { normal, rank4, relativeError, rng, startBoth, tolerance, type Values } from './support.ts'

/* What one kernel of ours does in place of many: against the composed form on the cpu backend, and float64. */

before(() => startBoth())
afterEach(() => tf.disposeVariables())

interface NormCase {
  readonly shape: number[]
  readonly relu: boolean
  readonly residual: boolean
  /** By the moving statistics, and not by the batch's. */
  readonly fixed?: boolean
}

const epsilon = 1e-3

/** Output, gradients for x, gamma, beta and the residual of sum(output · weights), and the moved statistics. */
function normOn(backend: string, inputs: readonly Values[], weights: Values, then: NormCase): Float32Array[] {
  assert.ok(tf.setBackend(backend))
  return tf.tidy(() => {
    const [x, gamma, beta, residual] = inputs.map(({ values, shape }) => tf.tensor(values, shape))
    assert.ok(x && gamma && beta && residual)
    const channels = then.shape.at(-1) ?? 1
    const statistics = {
      movingMean: tf.variable(tf.fill([channels], then.fixed ? 9 : 0)),
      movingVariance: tf.variable(tf.fill([channels], then.fixed ? 7 : 1)),
    }
    const apply = (a: tf.Tensor, g: tf.Tensor, b: tf.Tensor, r: tf.Tensor, rate: number) => {
      const gamma = tf.reshape<tf.Rank.R1>(g, [channels])
      const beta = tf.reshape<tf.Rank.R1>(b, [channels])
      const own = { gamma, beta, ...statistics }
      const after = then.relu ? { residual: then.residual ? rank4(r) : undefined } : undefined
      return then.fixed
        ? normaliseByMoving(rank4(a), own, epsilon, after)
        : normaliseByBatch(rank4(a), own, epsilon, rate, after)
    }
    const y = apply(x, gamma, beta, residual, 0.1)
    const scale = tf.tensor(weights.values, weights.shape)
    const used = then.residual ? [x, gamma, beta, residual] : [x, gamma, beta]
    const gradients = tf.grads((...given: tf.Tensor[]) => {
      const [a = x, g = gamma, b = beta, r = residual] = given
      return tf.reshape(tf.sum(tf.mul(apply(a, g, b, r, 0), scale)), [])
    })(used)
    return [y, statistics.movingMean, statistics.movingVariance, ...gradients].map((each) =>
      each.dataSync<'float32'>(),
    )
  })
}

const normCases: NormCase[] = []
for (const shape of [
  [5, 4, 3, 1],
  [3, 5, 4, 7],
  [8, 9, 7, 16],
  [64, 1, 1, 33],
  [1, 2, 2, 4],
  [40, 16, 16, 8],
]) {
  normCases.push({ shape, relu: false, residual: false })
  normCases.push({ shape, relu: true, residual: false })
  normCases.push({ shape, relu: true, residual: true })
}
for (const [relu, residual] of [
  [false, false],
  [true, false],
  [true, true],
] as const)
  normCases.push({ shape: [3, 5, 4, 7], relu, residual, fixed: true })

for (const each of normCases) {
  const { shape, relu, residual, fixed = false } = each
  test(`batch normalisation${fixed ? ' by moving statistics' : ''} of [${shape}]${relu ? ' with ReLU' : ''}${residual ? ' of a sum' : ''}`, () => {
    const channels = shape.at(-1) ?? 1
    const x = normal(...shape)
    // Far from zero, where a one-pass variance would lose its digits.
    for (let i = 0; i < x.values.length; i++) x.values[i] = 3 * (x.values[i] ?? 0) + 10
    const inputs = [x, normal(channels), normal(channels), normal(...shape)]
    const weights = normal(...shape)
    const expected = normOn('cpu', inputs, weights, each)
    normOn('simd', inputs, weights, each)
    const { bytesInUse } = simdOf()
    const actual = normOn('simd', inputs, weights, each)
    assert.equal(simdOf().bytesInUse, bytesInUse)
    for (const [i, values] of expected.entries()) {
      const error = relativeError(actual[i] ?? [], values)
      assert.ok(error < tolerance * 2, `result ${i} is off by ${error}`)
    }
  })
}

function simdOf() {
  tf.setBackend('simd')
  tf.disposeVariables()
  return simdBackend().heap
}

test('gradients of batch normalisation with ReLU equal finite differences in float64', () => {
  const shape = [4, 3, 2, 5]
  const [x, gamma, beta, residual] = [normal(...shape), normal(5), normal(5), normal(...shape)]
  const weights = normal(...shape)
  const [, , , ...gradients] = normOn('simd', [x, gamma, beta, residual], weights, {
    shape,
    relu: true,
    residual: true,
  })
  const doubles = [x, gamma, beta, residual].map(({ values }) => Float64Array.from(values))
  const loss = (): number => {
    const [a, g, b, r] = doubles
    assert.ok(a && g && b && r)
    const y = batchNorm(a, g, b, { epsilon, relu: true, residual: r })
    return y.reduce((sum, value, i) => sum + value * (weights.values[i] ?? Number.NaN), 0)
  }
  const h = 1e-5
  for (const [which, values] of doubles.entries()) {
    const estimated = values.map((value, i) => {
      values[i] = value + h
      const above = loss()
      values[i] = value - h
      const below = loss()
      values[i] = value
      return (above - below) / (2 * h)
    })
    const error = relativeError(gradients[which] ?? [], estimated)
    assert.ok(error < tolerance, `gradient ${which} is off by ${error}`)
  }
})

test('softmax cross-entropy and its gradient equal the composed ones and float64', () => {
  for (const [batch, classes, smoothing] of [
    [1, 2, 0],
    [7, 10, 0.1],
    [128, 10, 0],
    [33, 101, 0.3],
  ] as const) {
    const logits = normal(batch, classes)
    for (let i = 0; i < logits.values.length; i++) logits.values[i] = 5 * (logits.values[i] ?? 0)
    const labels = Int32Array.from({ length: batch }, () => rng.below(classes))
    const on = (backend: string) => {
      tf.setBackend(backend)
      return tf.tidy(() => {
        const y = tf.tensor1d(labels)
        const { value, grad } = tf.valueAndGrad((x: tf.Tensor2D) => softmaxCrossEntropy(x, y, smoothing))(
          tf.tensor2d(logits.values, [batch, classes]),
          tf.scalar(2),
        )
        return [value, grad].map((each) => each.dataSync<'float32'>())
      })
    }
    const [loss = [], gradient = []] = on('simd')
    const [expectedLoss = [], expectedGradient = []] = on('cpu')
    assert.ok(relativeError(loss, expectedLoss) < tolerance)
    assert.ok(relativeError(gradient, expectedGradient) < tolerance)
    const exact = exactLoss(Float64Array.from(logits.values), labels, classes, smoothing)
    assert.ok(Math.abs((loss[0] ?? Number.NaN) / exact - 1) < 1e-6, `${loss[0]} is not ${exact}`)
  }
})

function exactLoss(logits: Float64Array, labels: Int32Array, classes: number, smoothing: number): number {
  let total = 0
  for (const [row, label] of labels.entries()) {
    const own = [...logits.subarray(row * classes, (row + 1) * classes)]
    const logSum = Math.log(own.reduce((sum, logit) => sum + Math.exp(logit), 0))
    for (const [c, logit] of own.entries()) {
      total -= (smoothing / classes + (c === label ? 1 - smoothing : 0)) * (logit - logSum)
    }
  }
  return total / labels.length
}

test('the loss of logits that are not finite is not finite', () => {
  tf.setBackend('simd')
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
    const [loss = 0] = tf.tidy(() =>
      softmaxCrossEntropy(tf.tensor2d([bad, 1, 2], [1, 3]), tf.tensor1d([1], 'int32')).dataSync<'float32'>(),
    )
    assert.ok(!Number.isFinite(loss), `${bad} gives ${loss}`)
  }
})

const optimizers = [
  { kind: 'sgd', momentum: 0 },
  { kind: 'sgd', momentum: 0.9, weightDecay: 0.01 },
  { kind: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 0.01 },
  { kind: 'sgd', momentum: 0.9, decoupled: true, weightDecay: 0.01 },
  { kind: 'rmsprop' },
  { kind: 'rmsprop', momentum: 0.8, weightDecay: 0.01 },
  { kind: 'adam', weightDecay: 0.01 },
  { kind: 'adamw', weightDecay: 0.1 },
].map((spec) => optimizerSpec.parse(spec))

for (const spec of optimizers) {
  test(`five steps of ${JSON.stringify(spec)} equal those of the cpu backend, and leave clones alone`, () => {
    const start = [normal(3, 5), normal(1), normal(40_003)]
    const gradients = Array.from({ length: 5 }, () => start.map(({ shape }) => normal(...shape)))
    const expected = stepsOn('cpu', spec, start, gradients)
    const actual = stepsOn('simd', spec, start, gradients)
    for (const [i, values] of expected.entries()) {
      const error = relativeError(actual[i] ?? [], values)
      assert.ok(error < tolerance, `weights ${i} are off by ${error}`)
    }
  })
}

function stepsOn(
  backend: string,
  spec: OptimizerSpec,
  start: readonly Values[],
  gradients: readonly Values[][],
) {
  tf.setBackend(backend)
  const optimizer = createOptimizer(spec)
  const variables = start.map(({ values, shape }, i) =>
    tf.tidy(() => tf.variable(tf.tensor(values, shape), true, `${backend}/${i}`)),
  )
  const clones = variables.map((variable) => tf.clone(variable))
  for (const [step, own] of gradients.entries()) {
    tf.tidy(() => {
      const named = Object.fromEntries(
        own.map(({ values, shape }, i) => [`${backend}/${i}`, tf.tensor(values, shape)]),
      )
      // Without momentum in one step: the buffer stays as it is.
      optimizer.apply(named, variables, { lr: 0.1 / (step + 1), momentum: step === 3 ? 0 : 0.7 })
    })
  }
  for (const [i, clone] of clones.entries()) assert.deepEqual(clone.dataSync(), start[i]?.values)
  const values = [...variables, ...optimizer.state().map(({ tensor }) => tensor)].map((each) =>
    each.dataSync<'float32'>(),
  )
  optimizer.dispose()
  tf.dispose([...variables, ...clones])
  return values
}
