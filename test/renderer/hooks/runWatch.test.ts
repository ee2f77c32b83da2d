import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RunChange } from '../../../shared/api/runs.ts'
import { applyChange, emptyWatch } from '../../../src-renderer/hooks/runWatch.ts'
import { epochWith, runWith } from '../pages/run/runs.ts'

const change = (changes: Partial<RunChange>): RunChange => ({
  run: runWith(),
  epochs: [],
  snapshots: [],
  feedback: [],
  kernels: null,
  samplesPerSecond: null,
  isHere: true,
  ...changes,
})

test('a step applied twice changes nothing', () => {
  const step = change({ epochs: [epochWith(1), epochWith(2)] })
  const once = applyChange(emptyWatch, step)
  assert.deepEqual(applyChange(once, step).epochs, once.epochs)
})

test('an epoch that a budget had cut is replaced when it is finished later', () => {
  const watch = applyChange(emptyWatch, change({ epochs: [epochWith(1), epochWith(2, { step: 15 })] }))
  const { epochs } = applyChange(watch, change({ epochs: [epochWith(2)] }))
  assert.deepEqual(
    epochs.map(({ epoch, step }) => [epoch, step]),
    [
      [1, 9],
      [2, 19],
    ],
  )
})

test('what a resumed run has taken back goes, and comes again once', () => {
  const watch = applyChange(emptyWatch, change({ epochs: [epochWith(1), epochWith(2), epochWith(3)] }))
  const back = applyChange(watch, change({ run: runWith({ stepsDone: 20, attempt: 2 }) }))
  assert.deepEqual(
    back.epochs.map(({ epoch }) => epoch),
    [1, 2],
  )
  const again = applyChange(
    back,
    change({ run: runWith({ stepsDone: 30, attempt: 2 }), epochs: [epochWith(3)] }),
  )
  assert.deepEqual(
    again.epochs.map(({ epoch }) => epoch),
    [1, 2, 3],
  )
})

test('lists without news stay the same objects', () => {
  const watch = applyChange(emptyWatch, change({ epochs: [epochWith(1)] }))
  assert.equal(applyChange(watch, change({})).epochs, watch.epochs)
})
