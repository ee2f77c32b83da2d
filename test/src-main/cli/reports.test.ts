import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runReport } from '../../../src-main/cli/reports.ts'
import { describeRun } from '../../../src-main/cli/runText.ts'
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

test('a run whose kernels were measured tells them, with a table where some are plain JavaScript', (t) => {
  const store = tempStore(t)
  const run = claimedRun(store)
  assert.equal(runReport({ store }, store.read.run(run.id)).kernels, null)
  assert.doesNotMatch(describeRun({ store }, store.read.run(run.id), 100), /kernels/)
  const slow = { name: 'Conv3D', javascript: true, calls: 1, ms: 9.3 }
  const kernels = { device: 'simd' as const, steps: 2, stepMs: 10, kernels: [slow] }
  store.record([{ runId: run.id, attempt: run.attempt, seq: 0, type: 'kernels', kernels }])
  const words = 'Conv3D runs as plain JavaScript, 93 % of the step'
  const report = runReport({ store }, store.read.run(run.id)).kernels
  assert.deepEqual([report?.summary, report?.warns, report?.shares.length], [words, true, 2])
  const text = describeRun({ store }, store.read.run(run.id), 100)
  assert.match(text, new RegExp(`kernels +.*warning: ${words}`))
  assert.match(text, /Conv3D +93 % +9\.30 +plain JavaScript +1/)
})
