import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lastStepOf, trainedSeconds } from '../../../src-renderer/pages/run/runNumbers.ts'
import { dotsOfRun, ribbonOfRun } from '../../../src-renderer/ribbon/ribbonOf.ts'
import { epochWith, runWith, snapshot } from '../pages/run/runs.ts'

/* Three cycles of 100 steps, of which 150 steps are trained. */

const first = { snapshots: [snapshot(1, 1, 99)] }

test('of a run that stops at the end of its second cycle the third is not drawn as coming', () => {
  const run = runWith({ ...first, stopsAfterStep: 199 })
  const ribbon = ribbonOfRun(run)
  assert.equal(ribbon.steps.at(-1), 199)
  assert.equal(ribbon.steps.length, ribbon.rates.length)
  assert.deepEqual(
    ribbon.cycles.map(({ index }) => index),
    [0, 1],
  )
  // The axis stays that of the whole plan: what is left out is seen to be missing.
  assert.equal(ribbon.totalSteps, 300)
  assert.deepEqual(
    dotsOfRun(run).coming.map(({ step }) => step),
    [199],
  )
  assert.equal(lastStepOf(run), 199)
})

test('without a planned stop all of it comes', () => {
  const run = runWith(first)
  assert.deepEqual(
    dotsOfRun(run).coming.map(({ step }) => step),
    [199, 299],
  )
  assert.equal(ribbonOfRun(run).steps.at(-1), 299)
  assert.equal(lastStepOf(run), 299)
})

test('a failed run promises no snapshot, and what it missed is lost', () => {
  const run = runWith({ ...first, status: 'failed', stepsDone: 250 })
  const { past, coming } = dotsOfRun(run)
  assert.deepEqual(coming, [])
  assert.deepEqual(
    past.map(({ step, state }) => [step, state]),
    [
      [99, 'stored'],
      [199, 'lost'],
    ],
  )
})

test('how long a run trained is what its epochs took, not the clock that went on while it was paused', () => {
  const run = runWith({ startedAt: 0, endedAt: 3_600_000 })
  assert.equal(trainedSeconds(run, [epochWith(1), epochWith(2)]), 10)
  assert.equal(trainedSeconds(run, []), 3600)
  assert.equal(trainedSeconds(runWith(), []), undefined)
})
