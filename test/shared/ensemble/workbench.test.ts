import assert from 'node:assert/strict'
import { test } from 'node:test'
import { score } from '../../../shared/ensemble/index.ts'
import type { Predictions } from '../../../shared/ensemble/predictions.ts'
import { createWorkbench } from '../../../shared/ensemble/workbench.ts'

/** Answers of two classes to eight examples, of which the first `right` are right. */
function answers(right: number): Predictions {
  const labels = new Uint16Array(8)
  const truth = { labels, classes: 2 }
  const probs = Float32Array.from({ length: 16 }, (_, i) =>
    i % 2 === (Math.floor(i / 2) < right ? 0 : 1) ? 0.9 : 0.1,
  )
  return { truth, labels, probs, scores: score(probs, truth) }
}

const snapshot = (snapshotId: number, validation: number | null, test: number) => ({
  snapshotId,
  validation: validation === null ? null : answers(validation),
  test: answers(test),
})

test('ensembles are measured against the best snapshot on validation, the first of equals, whoever is ticked', () => {
  const workbench = createWorkbench([snapshot(1, 5, 8), snapshot(2, 6, 4), snapshot(3, 6, 7)])
  assert.deepEqual(workbench.best, { index: 1, chosenOn: 'validation' })
  for (const ticked of [
    [true, true, true],
    [true, false, true],
  ]) {
    const found = workbench.test?.assess({ method: 'average', ticked, weights: [] })
    assert.equal(found?.best, 1)
    assert.equal(found.bestScores.accuracy, 0.5)
    assert.equal(found.gain.accuracy, found.ensemble.accuracy - 0.5)
  }
})

test('without a validation part the best is chosen by test, and that is told', () => {
  const workbench = createWorkbench([snapshot(1, null, 5), snapshot(2, null, 7)])
  assert.deepEqual(workbench.best, { index: 1, chosenOn: 'test' })
})

test('a snapshot with damaged predictions is refused by name, and the others are combined, whichever came first', () => {
  const { validation, test: test1 } = snapshot(1, 7, 7)
  const damaged = [
    { snapshotId: 1, validation: 'damaged', test: test1 },
    { snapshotId: 2, validation, test: 'damaged' },
  ] as const
  const workbench = createWorkbench([...damaged, snapshot(3, 5, 6), snapshot(4, 6, 4)])
  assert.deepEqual(workbench.snapshotIds, [3, 4])
  assert.deepEqual(workbench.best, { index: 1, chosenOn: 'validation' })
  assert.deepEqual(
    workbench.refused.map(({ snapshotId, reason }) => [snapshotId, reason]),
    [1, 2].map((id) => [id, 'its stored predictions are damaged']),
  )
})
