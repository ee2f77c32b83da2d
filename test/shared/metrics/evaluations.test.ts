import assert from 'node:assert/strict'
import { test } from 'node:test'
import { evaluationsOf } from '../../../shared/metrics/evaluations.ts'

const none = { valLoss: null, valAccuracy: null, testLoss: null, testAccuracy: null }

test('the end of a cycle in mid-epoch is an evaluation like the ends of epochs', () => {
  const epochs = [
    { ...none, epoch: 1, step: 9, valAccuracy: 0.5, valLoss: 1 },
    { ...none, epoch: 2, step: 19, valAccuracy: 0.6, valLoss: 0.8 },
  ]
  const snapshots = [{ ...none, id: 7, step: 14, valAccuracy: 0.7, valLoss: 0.6 }]
  assert.deepEqual(
    evaluationsOf(epochs, snapshots).map(({ step, epoch, snapshotId, valAccuracy }) => [
      step,
      epoch,
      snapshotId,
      valAccuracy,
    ]),
    [
      [9, 1, undefined, 0.5],
      [14, undefined, 7, 0.7],
      [19, 2, undefined, 0.6],
    ],
  )
})

test('an epoch and a snapshot of one step are one evaluation, each filling what the other lacks', () => {
  const epochs = [{ ...none, epoch: 3, step: 29, valAccuracy: 0.8 }]
  const snapshots = [{ id: 8, step: 29, valAccuracy: 0.81, testAccuracy: 0.79, testLoss: 0.7 }]
  assert.deepEqual(evaluationsOf(epochs, snapshots), [
    { step: 29, epoch: 3, snapshotId: 8, valLoss: null, valAccuracy: 0.8, testLoss: 0.7, testAccuracy: 0.79 },
  ])
})

test('a step that nothing was scored at is no evaluation; rows may come in any order', () => {
  const epochs = [
    { ...none, epoch: 2, step: 19, testAccuracy: 0.4 },
    { ...none, epoch: 1, step: 9 },
  ]
  const found = evaluationsOf(epochs, [{ id: 1, step: 4, valAccuracy: 0.2, testAccuracy: null }])
  assert.deepEqual(
    found.map(({ step }) => step),
    [4, 19],
  )
})
