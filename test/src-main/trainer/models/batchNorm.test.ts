import assert from 'node:assert/strict'
import { afterEach, before, test } from 'node:test'
import * as tf from '../../../../src-main/engine/tf.ts'
import {
  type BatchNormWeights,
  normaliseByBatch,
  normaliseByMoving,
} from '../../../../src-main/trainer/models/layers/batchNorm.ts'
import { switchTo } from '../../engine/deviceUnderTest.ts'
import { normals, numbersOf } from './support.ts'

const shape: [number, number, number, number] = [4, 3, 2, 3]
const channels = 3
const eps = 1e-5

before(() => switchTo())
afterEach(() => tf.disposeVariables())

/** Inputs far from standard: mean 3, deviation 2. */
const inputs = async (): Promise<number[]> =>
  Array.from(await numbersOf(normals('x', shape)), (v) => Math.fround(3 + 2 * v))
const gamma = [0.5, 1.5, -1]
const beta = [0.1, -0.2, 0.3]

function weights(): BatchNormWeights {
  return {
    gamma: tf.tensor1d(gamma),
    beta: tf.tensor1d(beta),
    movingMean: tf.variable(tf.tensor1d([0.5, -0.5, 1])),
    movingVariance: tf.variable(tf.tensor1d([1, 2, 3])),
  }
}

/** Mean and biased variance of one channel, in float64. */
function momentsOf(x: readonly number[], channel: number) {
  const own = x.filter((_, i) => i % channels === channel)
  const mean = own.reduce((sum, value) => sum + value, 0) / own.length
  const variance = own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / own.length
  return { mean, variance, count: own.length }
}

function normalised(x: readonly number[], scale = gamma, shift = beta): number[] {
  const moments = [0, 1, 2].map((channel) => momentsOf(x, channel))
  return x.map((value, i) => {
    const { mean, variance } = moments[i % channels] ?? { mean: Number.NaN, variance: Number.NaN }
    return (
      ((value - mean) / Math.sqrt(variance + eps)) * entry(scale, i % channels) + entry(shift, i % channels)
    )
  })
}

const entry = (list: readonly number[], index: number): number => list[index] ?? Number.NaN

function close(actual: ArrayLike<number>, expected: readonly number[], tolerance: number): void {
  assert.equal(actual.length, expected.length)
  for (const [i, value] of expected.entries()) {
    const error = Math.abs((actual[i] ?? Number.NaN) - value)
    assert.ok(error <= tolerance * Math.max(1, Math.abs(value)), `entry ${i}: ${actual[i]} is not ${value}`)
  }
}

test('training normalises by the mean and biased variance of the batch, as the float64 formula does', async () => {
  const x = await inputs()
  const y = normaliseByBatch(tf.tensor(x, shape), weights(), eps, 0)
  close(await y.data(), normalised(x), 2e-6)
})

test('training moves the statistics by the rate, the variance unbiased', async () => {
  const [state, x] = [weights(), await inputs()]
  normaliseByBatch(tf.tensor(x, shape), state, eps, 0.1)
  const moments = [0, 1, 2].map((channel) => momentsOf(x, channel))
  close(
    await state.movingMean.data(),
    moments.map(({ mean }, c) => 0.9 * entry([0.5, -0.5, 1], c) + 0.1 * mean),
    1e-6,
  )
  close(
    await state.movingVariance.data(),
    moments.map(({ variance, count }, c) => 0.9 * (c + 1) + 0.1 * variance * (count / (count - 1))),
    1e-6,
  )
})

test('a rate of 1/n over n batches gives the mean of their statistics', async () => {
  const [state, x] = [weights(), await inputs()]
  const batches = [x, x.map((v) => v * 2 - 1), x.map((v) => 5 - v)]
  for (const [i, batch] of batches.entries())
    normaliseByBatch(tf.tensor(batch, shape), state, eps, 1 / (i + 1))
  const means = [0, 1, 2].map(
    (channel) => batches.reduce((sum, batch) => sum + momentsOf(batch, channel).mean, 0) / batches.length,
  )
  close(await state.movingMean.data(), means, 2e-6)
})

test('evaluation uses the moving statistics, whatever the batch holds, and leaves them alone', async () => {
  const [state, x] = [weights(), await inputs()]
  const y = normaliseByMoving(tf.tensor(x, shape), state, eps)
  const expected = x.map((value, i) => {
    const c = i % channels
    return ((value - entry([0.5, -0.5, 1], c)) / Math.sqrt(c + 1 + eps)) * entry(gamma, c) + entry(beta, c)
  })
  close(await y.data(), expected, 2e-6)
  assert.deepEqual(Array.from(await state.movingMean.data()), [0.5, -0.5, 1])
})

test('the gradients are those of the float64 formula, by central differences', async () => {
  const x = await inputs()
  const dy = Array.from(await numbersOf(normals('dy', shape)))
  const state = weights()
  const gradients = tf.grads((input: tf.Tensor, scale: tf.Tensor, shift: tf.Tensor) => {
    const weightsOf = {
      ...state,
      gamma: tf.reshape<tf.Rank.R1>(scale, [channels]),
      beta: tf.reshape<tf.Rank.R1>(shift, [channels]),
    }
    return normaliseByBatch(tf.reshape<tf.Rank.R4>(input, shape), weightsOf, eps, 0)
  })([tf.tensor(x, shape), state.gamma, state.beta], tf.tensor(dy, shape))
  const objective = (input: readonly number[], scale: readonly number[], shift: readonly number[]): number =>
    normalised(input, [...scale], [...shift]).reduce((sum, value, i) => sum + value * entry(dy, i), 0)
  const slopes = (list: readonly number[], f: (changed: readonly number[]) => number): number[] =>
    list.map((value, i) => (f(list.with(i, value + 1e-5)) - f(list.with(i, value - 1e-5))) / 2e-5)
  const [dx, dGamma, dBeta] = await Promise.all(gradients.map(numbersOf))
  close(
    dx ?? [],
    slopes(x, (changed) => objective(changed, gamma, beta)),
    5e-6,
  )
  close(
    dGamma ?? [],
    slopes(gamma, (changed) => objective(x, changed, beta)),
    5e-6,
  )
  close(
    dBeta ?? [],
    slopes(beta, (changed) => objective(x, gamma, changed)),
    5e-6,
  )
})
