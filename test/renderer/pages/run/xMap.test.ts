import assert from 'node:assert/strict'
import { test } from 'node:test'
import { epochMap, secondsPerStep, stepMap, timeMap } from '../../../../src-renderer/pages/run/xMap.ts'
import { epochWith, runWith } from './runs.ts'

const epochs = [epochWith(1, { seconds: 10 }), epochWith(2, { seconds: 20 })]

test('every axis finds back to the step it came from', () => {
  for (const map of [stepMap, epochMap(10), timeMap(epochs, 3)])
    for (const step of [0, 1, 9, 10, 15, 19, 20, 25, 299])
      assert.equal(map.toStep(map.toX(step)), step, map.label)
})

test('the last step of an epoch is at its number, and at the time it ended', () => {
  assert.equal(epochMap(10).toX(29), 3)
  const time = timeMap(epochs, 3)
  assert.deepEqual([9, 14, 19].map(time.toX), [10, 20, 30])
  assert.ok(Math.abs(time.toX(24) - 45) < 1e-6, 'after the last epoch at the speed given')
})

test('a step takes its share of the evaluations, in rounds of as many epochs as an evaluation comes after', () => {
  const run = runWith()
  assert.equal(
    secondsPerStep(
      run,
      [1, 2, 3].map((epoch) => epochWith(epoch)),
      1000,
    ),
    0.5,
  )
  const disturbed = [1, 2, 3].map((epoch) => epochWith(epoch, { seconds: epoch === 2 ? 900 : 5 }))
  assert.equal(secondsPerStep(run, disturbed, null), 0.5)
  assert.equal(secondsPerStep(run, [], 256), 0.5)
})
