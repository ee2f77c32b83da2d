import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { before, describe, test } from 'node:test'
import { z } from 'zod'
import { random } from '../../../shared/random.ts'
import { optimizerSpec } from '../../../shared/run/spec.ts'
import { turn } from '../../../src-main/datasets/augment/turn.ts'
import * as tf from '../../../src-main/engine/tf.ts'
import type { Batch } from '../../../src-main/trainer/batches.ts'
import { drawBeta, mix } from '../../../src-main/trainer/mixup.ts'
import type { Model } from '../../../src-main/trainer/models/index.ts'
import { createOptimizer } from '../../../src-main/trainer/optimizers/index.ts'
import { trainStep } from '../../../src-main/trainer/step.ts'
import { switchTo } from '../engine/deviceUnderTest.ts'
import { numbersOf } from './models/support.ts'

/* augmentation.json holds what SciPy and PyTorch give; its field "made" says of which version and functions. */

const numbers = z.array(z.number())
const truth = z
  .object({
    rotation: z.array(z.object({ shape: numbers, degrees: z.number(), image: numbers, turned: numbers })),
    mixup: z.array(
      z.object({
        lambda: z.number(),
        smoothing: z.number(),
        weights: numbers.nullable(),
        logits: z.array(numbers),
        labels: numbers,
        partners: numbers,
        loss: z.number(),
        gradient: z.array(numbers),
      }),
    ),
    beta: z.array(z.object({ alpha: z.number(), quantiles: numbers })),
  })
  .parse(JSON.parse(await readFile(new URL('./augmentation.json', import.meta.url), 'utf8')))

before(() => switchTo())

function assertClose(actual: ArrayLike<number>, expected: ArrayLike<number>, within: number): void {
  assert.equal(actual.length, expected.length)
  for (const [i, value] of Array.from(expected).entries()) {
    assert.ok(Math.abs((actual[i] ?? Number.NaN) - value) <= within, `${i}: ${actual[i]} and not ${value}`)
  }
}

test("a turned image is SciPy's, with zeros around it, and nothing beside it is touched", () => {
  for (const { shape, degrees, image, turned } of truth.rotation) {
    const out = new Float32Array(image.length + 2).fill(7)
    turn(Float32Array.from(image), out, 1, shape, degrees)
    assertClose(out.subarray(1, -1), turned, 2e-6)
    assert.deepEqual([out[0], out.at(-1)], [7, 7])
  }
})

const sgd = optimizerSpec.parse({ kind: 'sgd', momentum: 0 })

/** Its only weights are the logits, whatever the examples. */
const bare = (logits: tf.Variable): Model => ({
  kind: 'softmax',
  variables: [logits],
  statistics: [],
  layers: [],
  parameterCount: logits.size,
  forward: () => tf.mul<tf.Tensor2D>(logits, 1),
  dispose: () => logits.dispose(),
})

describe('mixup', () => {
  test('draws lambda of the Beta distribution', () => {
    const parts = [0.1, 0.25, 0.5, 0.75, 0.9]
    const count = 20_000
    for (const { alpha, quantiles } of truth.beta) {
      const rng = random(3, 'beta')
      const drawn = Array.from({ length: count }, () => drawBeta(rng, alpha))
      assert.ok(drawn.every((lambda) => lambda >= 0 && lambda <= 1))
      for (const [i, quantile] of quantiles.entries()) {
        const part = drawn.filter((lambda) => lambda <= quantile).length / count
        // Beyond four standard errors.
        assert.ok(Math.abs(part - (parts[i] ?? 0)) < 0.015, `alpha ${alpha}, ${parts[i]}: ${part}`)
      }
    }
  })

  test('mixes examples and labels by one lambda and one order', () => {
    const labels = Uint16Array.from({ length: 16 }, (_, i) => i)
    const values = Float32Array.from({ length: 48 }, (_, i) => Math.sin(i))
    const before = values.slice()
    const { lambda, labels: partners } = mix(values, labels, 1, 5, 1)
    assert.deepEqual(partners.toSorted(), labels)
    for (let i = 0; i < 48; i++) {
      const [row, column] = [Math.floor(i / 3), i % 3]
      const partner = before[(partners[row] ?? 0) * 3 + column] ?? 0
      assertClose([values[i] ?? 0], [lambda * (before[i] ?? 0) + (1 - lambda) * partner], 1e-6)
    }
    const again = before.slice()
    assert.deepEqual(mix(again, labels, 1, 5, 1), { lambda, labels: partners })
    assert.deepEqual(again, values)
    assert.notEqual(mix(before.slice(), labels, 1, 6, 1).lambda, lambda)
  })

  test("the loss of soft labels and its gradient are PyTorch's", async () => {
    for (const { lambda, smoothing, weights, logits, labels, partners, loss, gradient } of truth.mixup) {
      const own = Uint16Array.from(labels)
      const x = tf.tensor2d(logits)
      const y = tf.tensor1d(labels, 'int32')
      const batch: Batch = { x, y, labels: own, mixture: { lambda, labels: Uint16Array.from(partners) } }
      const variable = tf.variable(x)
      const model = bare(variable)
      const optimizer = createOptimizer(sgd)
      const before = tf.memory().numTensors
      const classWeights = weights === null ? undefined : Float32Array.from(weights)
      const recipe = { labelSmoothing: smoothing, classWeights }
      const found = await trainStep(model, optimizer, batch, { lr: 1 }, { step: 0, seed: 1 }, recipe)
      assertClose([found.loss], [loss], 2e-6)
      // The logits are the weights: what rate 1 takes off is their gradient.
      const after = await numbersOf(variable)
      const slope = logits.flat().map((value, i) => value - (after[i] ?? Number.NaN))
      assertClose(slope, gradient.flat(), 2e-6)
      const judgedBy = lambda >= 0.5 ? labels : partners
      const best = logits.map((row) => row.indexOf(Math.max(...row)))
      assert.equal(found.correct, best.filter((answer, i) => answer === judgedBy[i]).length)
      assert.equal(tf.memory().numTensors, before)
      tf.dispose([x, y, variable])
      optimizer.dispose()
    }
  })
})
