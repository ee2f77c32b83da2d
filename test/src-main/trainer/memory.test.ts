import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { selectEngine } from '../../../src-main/engine/select.ts'
import * as tf from '../../../src-main/engine/tf.ts'
import { startRequest, tinyDataset, tinySpec, train } from './support.ts'

before(async () => void (await selectEngine('auto')))

const models = [
  { model: { kind: 'mlp', hidden: [12], dropout: 0.2 }, optimizer: { kind: 'adam' } },
  {
    model: { kind: 'cnn', filters: [3, 4], dense: 8 },
    augmentation: { crop: 1, flip: true, mixup: { alpha: 1 } },
  },
  { model: { kind: 'resnet', depth: 8 }, budget: { epochs: 2 } },
]

test('the number of tensors is the same after every step, and none outlives the run', async (t) => {
  const folder = await tinyDataset(t)
  for (const changes of models) {
    const before = tf.memory().numTensors
    const counts: number[] = []
    await train(startRequest(folder, tinySpec(changes)), {
      onStep: () => counts.push(tf.memory().numTensors),
    })
    assert.ok(counts.length > 10)
    assert.equal(new Set(counts).size, 1, `${JSON.stringify(changes.model)}: ${counts}`)
    assert.equal(tf.memory().numTensors, before)
  }
})

test('resident memory is flat over 2,000 steps', async (t) => {
  setFlagsFromString('--expose-gc')
  const collect: unknown = runInNewContext('gc')
  assert.ok(typeof collect === 'function')
  const spec = tinySpec({
    model: { kind: 'cnn', filters: [4], dense: 8 },
    batchSize: 24,
    schedule: { kind: 'constant', lr: 0.01 },
    budget: { steps: 4500 },
    evaluation: { everyEpochs: 10_000 },
  })
  const resident = new Map<number, number>()
  const onStep = (step: number): void => {
    // Often, so that the collector's own room has settled by the time that is compared.
    if (step % 250 !== 0) return
    // What is left is held by something; what the collector has not come to yet says nothing about a leak.
    collect()
    // Without the room that the collector keeps for itself: it doubles that at a step of its own choice.
    const { rss, heapTotal, heapUsed } = process.memoryUsage()
    resident.set(step, (rss - heapTotal + heapUsed) / 2 ** 20)
  }
  const run = await train(startRequest(await tinyDataset(t), spec), { onStep })
  assert.equal(run.ended.stepsDone, 4500)
  // The first 2,000 steps let the compiler finish. One batch kept a step would then be 12 MiB, the output of the first
  // layer 47. Of five looks the middle one: for one of them the collector may have room that it has not touched yet.
  const around = (step: number): number =>
    [-500, -250, 0, 250, 500]
      .map((off) => resident.get(step + off) ?? Number.NaN)
      .toSorted((a, b) => a - b)[2] ?? 0
  const growth = around(4000) - around(2000)
  assert.ok(growth < 8, `grew by ${growth.toFixed(1)} MiB`)
})
