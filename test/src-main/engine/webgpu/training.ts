import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { initialPlan } from '../../../../shared/run/plan.ts'
import { parseRunSpec } from '../../../../shared/run/spec.ts'
import { startRequest, type Trained, tinyDatasetIn, tinySpec, train } from '../../trainer/support.ts'
import { storeImages, trainCount } from '../agreement/subjects.ts'

/*
 * Real runs on the WebGPU engine, whose steps are given to the device ahead of their numbers: one that learns real images,
 * one that is compared with the slow reference step by step, and one that diverges. A ResNet is in agreement.test.ts.
 */

const folder = mkdtempSync(path.join(tmpdir(), 'anneal-webgpu-'))

/** Three cycles on real images, a quarter of which is not shown. Convolutions of such images are in agreement.test.ts. */
const realSpec = parseRunSpec({
  dataset: { name: 'some of Fashion-MNIST', validation: 0.25, test: 0 },
  model: { kind: 'mlp', hidden: [32], dropout: 0.1 },
  optimizer: { kind: 'sgd', nesterov: true, weightDecay: 5e-4 },
  schedule: { kind: 'snapshot', cycles: 3, lrMax: 0.05 },
  augmentation: { crop: 1, flip: true },
  batchSize: 20,
  budget: { epochs: 6 },
  device: 'webgpu',
})

async function learnImages(): Promise<Trained> {
  const images = await storeImages(folder)
  const plan = initialPlan(realSpec, trainCount * 0.75)
  return completed(await train(startRequest(images, realSpec, { plan })))
}

function completed(run: Trained): Trained {
  assert.equal(run.ended.status, 'completed', run.ended.reason)
  return run
}

const runOn = async (device: 'cpu' | 'webgpu', changes: Record<string, unknown>): Promise<Trained> =>
  completed(await train(startRequest(folder, tinySpec({ device, budget: { steps: 12 }, ...changes }))))

try {
  const run = await learnImages()
  assert.match(run.of('ready')[0]?.device ?? '', /software WebGPU/)
  const accuracies = run.of('snapshot').map(({ valAccuracy }) => valAccuracy ?? 0)
  assert.equal(accuracies.length, 3)
  // Of ten kinds of clothing; guessing gives a tenth, and 72 % was measured.
  assert.ok((accuracies.at(-1) ?? 0) > 0.6, accuracies.join(', then '))

  await tinyDatasetIn(folder)
  const changes = { model: { kind: 'mlp', hidden: [12] }, optimizer: { kind: 'adamw', weightDecay: 0.01 } }
  const expected = await runOn('cpu', changes)
  const actual = await runOn('webgpu', changes)
  const [wanted, losses] = [expected.series('loss'), actual.series('loss')]
  assert.equal(losses.length, wanted.length)
  for (const [step, loss] of losses.entries()) {
    const off = Math.abs(loss - (wanted[step] ?? Number.NaN))
    assert.ok(off < 1e-4 * Math.max(1, loss), `step ${step}: ${loss} instead of ${wanted[step]}`)
  }
  assert.deepEqual(actual.series('accuracy'), expected.series('accuracy'))
  const steps = (trained: Trained) => trained.of('snapshot').map(({ step }) => step)
  assert.deepEqual(steps(actual), steps(expected))

  // A run that diverges says in which step, although later ones were under way.
  const broken = tinySpec({
    device: 'webgpu',
    schedule: { kind: 'constant', lr: 1e6 },
    budget: { steps: 12 },
  })
  const failed = await train(startRequest(folder, broken))
  assert.equal(failed.ended.status, 'failed')
  const broke = failed.series('loss')
  assert.equal(broke.length, failed.ended.stepsDone + 1)
  assert.ok(!Number.isFinite(broke.at(-1)))
  assert.match(
    failed.ended.reason ?? '',
    new RegExp(`after ${broke.length} steps? under a learning rate of 1000000`),
  )
} finally {
  rmSync(folder, { recursive: true, force: true })
}
console.log('done')
process.exit(0)
