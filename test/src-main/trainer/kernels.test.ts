import assert from 'node:assert/strict'
import { test } from 'node:test'
import { kernelShares } from '../../../shared/run/kernelShares.ts'
import { existing, startRequest, tinyDataset, tinySpec, train } from './support.ts'

test('a run tells once what its kernels take, of steps that have warmed up, and trains to the same bits', async (t) => {
  const folder = await tinyDataset(t)
  const spec = tinySpec({ budget: { steps: 29 }, device: 'simd', schedule: { kind: 'constant', lr: 0.05 } })
  // Steps of 10 ms: none of 29 is late enough. Of a second: the first after three that comes later than two seconds.
  const quick = await train(startRequest(folder, spec))
  assert.deepEqual(quick.of('kernels'), [])
  const slow = await train(startRequest(folder, spec), { stepMs: 1000 })
  const [{ kernels }, ...more] = [existing(slow.of('kernels')[0], 'event'), ...slow.of('kernels').slice(1)]
  assert.deepEqual(more, [])
  assert.equal(slow.ended.weightsSha256, quick.ended.weightsSha256)
  assert.deepEqual([kernels.device, kernels.steps], ['simd', 3])
  // One product forward and one backward for each of two layers, and one for the gradient of the hidden one.
  const products = kernels.kernels.filter(({ name }) => /MatMul/.test(name))
  assert.equal(
    products.reduce((sum, { calls }) => sum + calls, 0),
    5,
  )
  const total = kernelShares(kernels).reduce((sum, { share }) => sum + (share ?? 0), 0)
  assert.ok(Math.abs(total - 1) < 1e-6, `${total}`)
  // Where there is no faster kernel, all of it says so.
  const long = tinySpec({ budget: { steps: 40 }, device: 'cpu', schedule: { kind: 'constant', lr: 0.05 } })
  const plain = await train(startRequest(folder, long))
  const found = existing(plain.of('kernels')[0], 'event').kernels
  assert.ok(
    found.kernels.every(({ javascript }) => javascript),
    'all of cpu is JavaScript',
  )
})
