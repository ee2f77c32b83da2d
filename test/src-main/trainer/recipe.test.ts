import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { before, describe, test } from 'node:test'
import { z } from 'zod'
import * as tf from '../../../src-main/engine/tf.ts'
import { classWeightsOf } from '../../../src-main/trainer/classWeights.ts'
import { clip } from '../../../src-main/trainer/clipping.ts'
import { softmaxCrossEntropy, weightedCrossEntropy } from '../../../src-main/trainer/loss.ts'
import { switchTo } from '../engine/deviceUnderTest.ts'
import { numbersOf } from './models/support.ts'
import { startRequest, tinyDataset, tinySpec, train } from './support.ts'

/* recipe.json holds what PyTorch gives in float64; its field "made" says of which version and functions. */

const numbers = z.array(z.number())
const rows = z.array(numbers)
const truth = z
  .object({
    loss: z.array(
      z.object({
        logits: rows,
        labels: numbers,
        weights: numbers,
        smoothing: z.number(),
        loss: z.number(),
        gradient: rows,
      }),
    ),
    clipping: z.array(
      z.object({
        by: z.enum(['norm', 'value']),
        limit: z.number(),
        gradients: z.tuple([rows, numbers]),
        clipped: z.tuple([rows, numbers]),
      }),
    ),
  })
  .parse(JSON.parse(await readFile(new URL('./recipe.json', import.meta.url), 'utf8')))

before(() => switchTo())

function assertClose(actual: ArrayLike<number>, expected: ArrayLike<number>, within: number): void {
  assert.equal(actual.length, expected.length)
  for (const [i, value] of Array.from(expected).entries()) {
    assert.ok(Math.abs((actual[i] ?? Number.NaN) - value) <= within, `${i}: ${actual[i]} and not ${value}`)
  }
}

async function weighted(logits: readonly number[][], labels: readonly number[], of: LossOf) {
  const both = tf.tidy(() => {
    const y = tf.tensor1d([...labels], 'int32')
    return tf.valueAndGrad((x: tf.Tensor2D) => of(x, y))(tf.tensor2d(logits.map((row) => [...row])))
  })
  const found = [await numbersOf(both.value), await numbersOf(both.grad)] as const
  tf.dispose([both.value, both.grad])
  return found
}
type LossOf = (logits: tf.Tensor2D, labels: tf.Tensor1D) => tf.Scalar

describe('class weights', () => {
  test("the loss and its gradient are PyTorch's, with and without label smoothing", async () => {
    for (const { logits, labels, weights, smoothing, loss, gradient } of truth.loss) {
      const own = Float32Array.from(weights)
      const [value, slope] = await weighted(logits, labels, (x, y) =>
        weightedCrossEntropy(x, y, own, smoothing),
      )
      assertClose(value, [loss], 2e-6 * Math.max(1, loss))
      assertClose(slope, gradient.flat(), 2e-6)
    }
  })

  test('weights that are all alike give the plain loss', async () => {
    const [one] = truth.loss
    assert.ok(one)
    const sevens = Float32Array.of(7, 7, 7, 7)
    const [value, slope] = await weighted(one.logits, one.labels, (x, y) =>
      weightedCrossEntropy(x, y, sevens, 0.1),
    )
    const [plain, plainSlope] = await weighted(one.logits, one.labels, (x, y) =>
      softmaxCrossEntropy(x, y, 0.1),
    )
    assertClose(value, plain, 2e-6)
    assertClose(slope, plainSlope, 2e-6)
  })

  test('balanced is n / (k · n_c); a list must fit the classes', () => {
    const labels = Uint16Array.of(0, 0, 0, 1, 1, 3)
    assert.deepEqual([...(classWeightsOf('balanced', labels, 4) ?? [])], [0.5, 0.75, 0, 1.5])
    assert.equal(classWeightsOf(undefined, labels, 4), undefined)
    assert.throws(() => classWeightsOf([1, 2], labels, 4), /each of the 4 classes \(received 2: /)
  })
})

describe('gradient clipping', () => {
  test("gives PyTorch's gradients, by norm and by value", async () => {
    for (const { by, limit, gradients, clipped } of truth.clipping) {
      const [a, b] = [tf.tensor2d(gradients[0]), tf.tensor1d(gradients[1])]
      const before = tf.memory().numTensors
      const found = clip({ a, b }, { by, limit })
      assert.equal(tf.memory().numTensors, before + 2)
      assertClose(found.a ? await numbersOf(found.a) : [], clipped[0].flat(), 1e-6)
      assertClose(found.b ? await numbersOf(found.b) : [], clipped[1], 1e-6)
      tf.dispose([a, b, found])
    }
  })

  test('acts on the gradient of the loss: the optimizer adds its decay afterwards', async (t) => {
    const folder = await tinyDataset(t)
    const optimizer = { kind: 'sgd', momentum: 0, weightDecay: 0.5 }
    const once = {
      optimizer,
      budget: { steps: 1 },
      schedule: { kind: 'constant', lr: 1 },
      snapshots: { at: 'last' },
    }
    const weightsOf = async (changes: Record<string, unknown>) => {
      const { tensors } = (await train(startRequest(folder, tinySpec({ ...once, ...changes })))).state
      return tensors.flatMap(({ data }) => [...new Float32Array(new Uint8Array(data).buffer)])
    }
    const start = await weightsOf({ schedule: { kind: 'constant', lr: 1e-30 } })
    const clipped = await weightsOf({ clipping: { by: 'norm', limit: 1e-3 } })
    const moved = start.map((w, i) => w * (1 - 0.5) - (clipped[i] ?? Number.NaN))
    assert.ok(Math.abs(Math.hypot(...moved) - 1e-3) < 1e-5, `${Math.hypot(...moved)}`)
  })
})

describe('the moving average of weights', () => {
  const everyStep = { at: 'steps', steps: Array.from({ length: 8 }, (_, i) => i + 1) }
  const resnet = { model: { kind: 'resnet', depth: 8 }, budget: { steps: 8 }, snapshots: everyStep }
  const floatsOf = ({ data }: { data: Uint8Array }) => new Float32Array(new Uint8Array(data).buffer)

  test('is the recurrence over the weights and statistics of every step, with and without warm-up', async (t) => {
    const folder = await tinyDataset(t)
    for (const warmup of [false, true]) {
      const decay = 0.8
      const { of } = await train(startRequest(folder, tinySpec({ ...resnet, ema: { decay, warmup } })))
      const snapshots = of('snapshot')
      assert.equal(snapshots.length, 8)
      const average = new Map<string, Float64Array>()
      for (const { step, state } of snapshots) {
        const kept = state.tensors.filter(({ role }) => role === 'ema')
        const weights = state.tensors.filter(({ role }) => role === 'weight')
        assert.deepEqual(
          kept.map(({ name }) => name),
          weights.map(({ name }) => name),
        )
        const d = step === 0 ? 0 : warmup ? Math.min(decay, (1 + step) / (10 + step)) : decay
        for (const [place, weight] of weights.entries()) {
          const before = average.get(weight.name)
          const own = Float64Array.from(floatsOf(weight), (w, i) => d * (before?.[i] ?? 0) + (1 - d) * w)
          average.set(weight.name, own)
          const tensor = kept[place]
          assert.ok(tensor)
          assertClose([...floatsOf(tensor)], [...own], 2e-5)
        }
      }
    }
  })

  test('changes nothing of the run, and is measured as a model with those weights is', async (t) => {
    const folder = await tinyDataset(t)
    const ema = { decay: 0.9 }
    const short = { budget: { steps: 9 }, snapshots: { at: 'last' } }
    const plain = await train(startRequest(folder, tinySpec(short)))
    const run = await train(startRequest(folder, tinySpec({ ...short, ema })))
    assert.equal(run.ended.weightsSha256, plain.ended.weightsSha256)
    const [snapshot] = run.of('snapshot')
    assert.ok(snapshot?.ema)
    assert.equal(plain.of('snapshot')[0]?.ema, undefined)
    // The same weights as a run's own: rate 0 lets a branch stand still.
    const tensors = snapshot.state.tensors
      .filter(({ role }) => role === 'ema')
      .map((tensor) => ({ ...tensor, role: 'weight' as const }))
    const position = {
      stepsDone: 0,
      epoch: { lossSum: 0, correct: 0, examples: 0 },
      optimizerScalars: { steps: 0 },
    }
    const still = tinySpec({
      budget: { steps: 1 },
      snapshots: { at: 'last' },
      schedule: { kind: 'constant', lr: 1e-30 },
    })
    const as = await train(startRequest(folder, still, { state: { position, tensors } }))
    const { valLoss, valAccuracy, testLoss, testAccuracy } = as.of('snapshot')[0] ?? {}
    assert.deepEqual(snapshot.ema, { valLoss, valAccuracy, testLoss, testAccuracy })
    assert.notEqual(snapshot.ema.valLoss, snapshot.valLoss)
  })
})
