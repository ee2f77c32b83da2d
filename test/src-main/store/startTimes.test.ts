import assert from 'node:assert/strict'
import { test } from 'node:test'
import { claimedRun, ended, epoch, tempStore } from './fixtures.ts'

test('what a run takes beyond its epochs: the median of those that trained in one go, by device', (t) => {
  let now = 1_000_000
  const store = tempStore(t, { now: () => now })
  assert.equal(store.read.startSeconds('auto'), undefined)
  const trained = (deviceName: 'simd' | 'cuda', beyond: number, attempts = 1): void => {
    let run = claimedRun(store)
    for (; attempts > 1; attempts--) {
      store.write.setStatus(run.id, 'interrupted', 'its trainer died')
      run = store.write.claimRun(run.id)
    }
    const envelope = { runId: run.id, attempt: run.attempt, seq: 0 }
    const ready = { deviceName, device: 'a device', reason: 'r', parameters: 1, totalSteps: 1000 }
    store.record([
      { ...envelope, type: 'ready', ...ready },
      { ...epoch(run, 1, 1), seconds: 7 },
    ])
    now += 1000 * (7 + beyond)
    store.record([ended(run, 2)])
  }
  for (const beyond of [1.5, 0.5, 60]) trained('simd', beyond)
  trained('simd', 900, 2)
  trained('cuda', 4)
  assert.equal(store.read.startSeconds('simd'), 1.5)
  assert.equal(store.read.startSeconds('cuda'), 4)
  assert.equal(store.read.startSeconds('wasm'), undefined)
  assert.equal(store.read.startSeconds('auto'), 4)
})
