import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { startRequest, type Trained, tinyDatasetIn, tinySpec, train } from '../../trainer/support.ts'

/*
 * A real run on the WebGPU engine, whose steps are given to the device ahead of their numbers: the same losses, step by
 * step, as on the slow reference, every one of them once and in order, and the same snapshots.
 */

const folder = mkdtempSync(path.join(tmpdir(), 'anneal-webgpu-'))
const runOn = async (device: 'cpu' | 'webgpu', changes: Record<string, unknown>): Promise<Trained> => {
  const spec = tinySpec({ device, budget: { steps: 12 }, ...changes })
  const run = await train(startRequest(folder, spec))
  assert.equal(run.ended.status, 'completed', run.ended.reason)
  return run
}

const subjects: Record<string, Record<string, unknown>> = {
  mlp: { model: { kind: 'mlp', hidden: [12] }, optimizer: { kind: 'adamw', weightDecay: 0.01 } },
  cnn: {
    model: { kind: 'cnn', filters: [3], dense: 5 },
    optimizer: { kind: 'sgd', momentum: 0.9, nesterov: true },
  },
  // Batch normalisation with residual sums, and convolutions of stride 2.
  resnet: {
    model: { kind: 'resnet', depth: 8 },
    optimizer: { kind: 'sgd', momentum: 0.9 },
    schedule: { kind: 'constant', lr: 0.01 },
    budget: { steps: 6 },
  },
}

try {
  await tinyDatasetIn(folder)
  for (const [name, changes] of Object.entries(subjects)) {
    const expected = await runOn('cpu', changes)
    const actual = await runOn('webgpu', changes)
    assert.match(actual.of('ready')[0]?.device ?? '', /software WebGPU/)
    const [wanted, losses] = [expected.series('loss'), actual.series('loss')]
    assert.equal(losses.length, wanted.length)
    for (const [step, loss] of losses.entries()) {
      const off = Math.abs(loss - (wanted[step] ?? Number.NaN))
      assert.ok(off < 1e-4 * Math.max(1, loss), `${name}, step ${step}: ${loss} instead of ${wanted[step]}`)
    }
    assert.deepEqual(actual.series('accuracy'), expected.series('accuracy'))
    const steps = (run: Trained) => run.of('snapshot').map(({ step }) => step)
    assert.deepEqual(steps(actual), steps(expected))
  }

  // A run that diverges says in which step, although later ones were under way.
  const broken = tinySpec({
    device: 'webgpu',
    schedule: { kind: 'constant', lr: 1e6 },
    budget: { steps: 12 },
  })
  const failed = await train(startRequest(folder, broken))
  assert.equal(failed.ended.status, 'failed')
  const losses = failed.series('loss')
  assert.equal(losses.length, failed.ended.stepsDone + 1)
  assert.ok(!Number.isFinite(losses.at(-1)))
  assert.match(
    failed.ended.reason ?? '',
    new RegExp(`after ${losses.length} steps? under a learning rate of 1000000`),
  )
} finally {
  rmSync(folder, { recursive: true, force: true })
}
console.log('done')
process.exit(0)
