import assert from 'node:assert/strict'
import test from 'node:test'
import { startRequest, tinyDataset, tinySpec, train } from './support.ts'

test('any number of threads gives the same bits', async (t) => {
  const folder = await tinyDataset(t)
  // Large enough that the kernels divide their work.
  const models = [
    { kind: 'mlp', hidden: [256, 128], dropout: 0.1 },
    { kind: 'cnn', filters: [16, 32], dense: 64 },
  ]
  for (const model of models) {
    const spec = tinySpec({ model, device: 'simd', batchSize: 24, budget: { epochs: 2 } })
    const ends: (string | undefined)[] = []
    for (const threads of [1, 2, 3]) {
      const trained = await train(startRequest(folder, spec, { threads }))
      assert.equal(trained.ended.status, 'completed', trained.ended.reason)
      assert.match(trained.of('ready')[0]?.device ?? '', new RegExp(`, ${threads} thread`))
      ends.push(trained.ended.weightsSha256)
    }
    assert.match(ends[0] ?? '', /^[0-9a-f]{64}$/)
    assert.equal(new Set(ends).size, 1, model.kind)
  }
})
