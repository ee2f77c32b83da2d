import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runReport } from '../../../src-main/cli/reports.ts'
import { claimedRun, epoch, snapshot, tempStore } from '../store/fixtures.ts'

test('best is the highest validation accuracy there is, not an epoch that was never evaluated', (t) => {
  const store = tempStore(t)
  const run = claimedRun(store)
  const unknown = { valAccuracy: null, testAccuracy: null, valLoss: null, testLoss: null }
  store.record([
    { ...epoch(run, 0, 1), trainAccuracy: 0.9, ...unknown },
    { ...epoch(run, 1, 2), trainAccuracy: 0.7, valAccuracy: 0.6, testAccuracy: 0.95 },
    { ...epoch(run, 2, 3), trainAccuracy: 1, ...unknown },
  ])
  const best = () => runReport({ store }, store.read.run(run.id)).best
  assert.deepEqual(best(), {
    part: 'validation',
    epoch: 2,
    step: 199,
    valAccuracy: 0.6,
    testAccuracy: 0.95,
    trainAccuracy: 0.7,
  })
  // The end of a cycle in the middle of the fourth epoch.
  store.record([{ ...snapshot(run, 3, 1, 349), valAccuracy: 0.8, testAccuracy: 0.7 }])
  assert.deepEqual(best(), {
    part: 'validation',
    epoch: 4,
    step: 349,
    valAccuracy: 0.8,
    testAccuracy: 0.7,
    trainAccuracy: null,
  })
})
