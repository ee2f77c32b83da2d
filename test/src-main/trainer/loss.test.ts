import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import fc from 'fast-check'
import * as tf from '../../../src-main/engine/tf.ts'
import { softmaxCrossEntropy } from '../../../src-main/trainer/loss.ts'
import { deviceUnderTest, switchTo } from '../engine/deviceUnderTest.ts'
import { normals, numbersOf } from './models/support.ts'

before(() => switchTo())

/** The mean loss and its gradient in float64, from the definition. */
function reference(logits: readonly number[][], labels: readonly number[], smoothing: number) {
  let loss = 0
  const gradient = logits.map((row, example) => {
    const largest = Math.max(...row)
    const total = row.reduce((sum, z) => sum + Math.exp(z - largest), 0)
    return row.map((z, k) => {
      const target = smoothing / row.length + (k === labels[example] ? 1 - smoothing : 0)
      loss -= (target * (z - largest - Math.log(total))) / logits.length
      return (Math.exp(z - largest) / total - target) / logits.length
    })
  })
  return { loss, gradient: gradient.flat() }
}

async function measured(logits: readonly number[][], labels: readonly number[], smoothing: number) {
  const both = tf.tidy(() => {
    const expected = tf.tensor1d([...labels], 'int32')
    const classes = logits[0]?.length ?? 0
    const lossOf = (x: tf.Tensor) =>
      softmaxCrossEntropy(tf.reshape<tf.Rank.R2>(x, [-1, classes]), expected, smoothing)
    return tf.valueAndGrad(lossOf)(tf.tensor2d(logits.map((row) => [...row])))
  })
  const [[loss = Number.NaN], gradient] = [await numbersOf(both.value), await numbersOf(both.grad)]
  tf.dispose([both.value, both.grad])
  return { loss, gradient }
}

describe('softmax cross-entropy', () => {
  test('equals the float64 definition, with its gradient, for any logits, labels and smoothing', async () => {
    const logit = fc.float({ min: -50, max: 50, noNaN: true })
    const problem = fc.record({
      rows: fc.integer({ min: 2, max: 6 }).chain((classes) =>
        fc.array(
          fc.record({
            row: fc.array(logit, { minLength: classes, maxLength: classes }),
            label: fc.integer({ min: 0, max: classes - 1 }),
          }),
          { minLength: 1, maxLength: 5 },
        ),
      ),
      smoothing: fc.constantFrom(0, 0.1, 0.5),
    })
    await fc.assert(
      fc.asyncProperty(problem, async ({ rows, smoothing }) => {
        const [logits, labels] = [rows.map(({ row }) => row), rows.map(({ label }) => label)]
        const expected = reference(logits, labels, smoothing)
        const { loss, gradient } = await measured(logits, labels, smoothing)
        assert.ok(Math.abs(loss - expected.loss) <= 2e-6 * Math.max(1, expected.loss))
        for (const [i, slope] of expected.gradient.entries()) {
          assert.ok(Math.abs((gradient[i] ?? Number.NaN) - slope) <= 5e-6)
        }
      }),
      { numRuns: deviceUnderTest === 'webgpu' ? 30 : 200 },
    )
  })

  test('stays finite for logits of 1e4', async () => {
    const { loss, gradient } = await measured([[1e4, -1e4, 0]], [1], 0.1)
    assert.ok(Math.abs(loss / reference([[1e4, -1e4, 0]], [1], 0.1).loss - 1) < 1e-6)
    assert.ok(gradient.every(Number.isFinite))
  })

  test('leaves no tensor behind but the loss and its gradient', () => {
    const [logits, labels] = [normals('z', [4, 3]), tf.tensor1d([0, 1, 2, 0], 'int32')]
    const before = tf.memory().numTensors
    const lossOf = (x: tf.Tensor) => softmaxCrossEntropy(tf.reshape<tf.Rank.R2>(x, [4, 3]), labels)
    tf.dispose([tf.valueAndGrad(lossOf)(logits)])
    assert.equal(tf.memory().numTensors, before)
    tf.dispose([logits, labels])
  })
})
