import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { startRequest, tinyDatasetIn, tinySpec, train } from '../../trainer/support.ts'

/*
 * Trains every kind of layer on the stand-in, which has the package's operations and no others: the same bits as on
 * tfjs's cpu backend, which computes for both.
 */

const folder = mkdtempSync(path.join(tmpdir(), 'anneal-cuda-'))
const subjects: Record<string, Record<string, unknown>> = {
  mlp: { model: { kind: 'mlp', hidden: [12], dropout: 0.2 }, optimizer: { kind: 'adamw' } },
  cnn: {
    model: { kind: 'cnn', filters: [3], dense: 5 },
    optimizer: { kind: 'rmsprop' },
    labelSmoothing: 0.1,
  },
  resnet: {
    model: { kind: 'resnet', depth: 8 },
    augmentation: { crop: 1, flip: true },
    budget: { steps: 1 },
  },
}

try {
  await tinyDatasetIn(folder)
  for (const [name, changes] of Object.entries(subjects)) {
    const runOn = async (device: 'cpu' | 'cuda') => {
      const spec = tinySpec({ device, budget: { steps: 12 }, ...changes })
      const run = await train(startRequest(folder, spec))
      assert.equal(run.ended.status, 'completed', `${name} on ${device}: ${run.ended.reason}`)
      return run
    }
    const [expected, actual] = [await runOn('cpu'), await runOn('cuda')]
    assert.equal(actual.of('ready')[0]?.device, 'NVIDIA GPU, CUDA')
    assert.ok(actual.series('loss').length > 0)
    assert.deepEqual(actual.series('loss'), expected.series('loss'), name)
    assert.equal(actual.ended.weightsSha256, expected.ended.weightsSha256, name)
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
