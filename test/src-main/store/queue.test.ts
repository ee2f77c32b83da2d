import assert from 'node:assert/strict'
import test from 'node:test'
import { parseRunSpec } from '../../../shared/run/spec.ts'
import type { Store } from '../../../src-main/store/types.ts'
import { newRun, putDataset, spec, tempStore } from './fixtures.ts'

/* Which queued run starts next; order and moves by hand are in changes.test.ts. */

const on = (device: string) => ({ ...newRun, spec: parseRunSpec({ ...spec, device }) })

/** Ids of one queued run a device, in the order of the queue. */
function queued(store: Store, devices: readonly string[]): string[] {
  putDataset(store)
  return store.write.enqueueRuns(devices.map(on)).map(({ id }) => id)
}

test('a queued run waits for a slot of its own chip, and two engines of one chip share it', (t) => {
  const store = tempStore(t)
  const [simd, wasm, webgpu, cuda] = queued(store, ['simd', 'wasm', 'webgpu', 'cuda'])
  const claim = () => store.write.claimQueuedRun()?.id
  assert.deepEqual([claim(), claim(), claim()], [simd, webgpu, undefined])
  store.write.setStatus(webgpu ?? '', 'stopped')
  assert.deepEqual([claim(), claim()], [cuda, undefined])
  store.write.setStatus(simd ?? '', 'stopped')
  assert.deepEqual([claim(), claim()], [wasm, undefined])
})

test('a run that chooses its device waits for every chip, and no later run overtakes it there', (t) => {
  const store = tempStore(t)
  const [simd, auto, webgpu] = queued(store, ['simd', 'auto', 'webgpu'])
  const claim = () => store.write.claimQueuedRun()?.id
  assert.deepEqual([claim(), claim()], [simd, undefined])
  store.write.setStatus(simd ?? '', 'stopped')
  assert.deepEqual([claim(), claim()], [auto, undefined])
  // Once it has chosen, the other chip is free.
  store.record([
    {
      type: 'ready',
      runId: auto ?? '',
      attempt: 1,
      seq: 0,
      deviceName: 'simd',
      device: 'WebAssembly SIMD, 2 threads',
      reason: 'the fastest one here',
      parameters: 7,
      totalSteps: 1000,
    },
  ])
  assert.deepEqual([claim(), claim()], [webgpu, undefined])
})

test('many runs are made in one transaction, in their order, all or none', (t) => {
  const store = tempStore(t, { now: () => 1_800_000_000_000 })
  putDataset(store)
  const version = store.read.version()
  const names = Array.from({ length: 300 }, (_, i) => `cell ${i}`)
  const cells = names.map((name) => ({ ...newRun, spec: { ...spec, name } }))
  const made = store.write.enqueueRuns(cells)
  assert.equal(store.read.version(), version + 1)
  assert.deepEqual(
    store.read.queue().map(({ name }) => name),
    names,
  )
  assert.deepEqual(
    made.map(({ id }) => id),
    made.map(({ id }) => id).toSorted(),
  )
  const [first] = cells
  assert.ok(first)
  assert.throws(() => store.write.createRuns([first, { ...first, datasetId: 'unknown' }]), /must be put into/)
  assert.equal(store.read.runs().length, 300)
})
