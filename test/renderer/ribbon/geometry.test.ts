import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { boxHeight, dotPath, ribbonPaths, xOf } from '../../../src-renderer/ribbon/geometry.ts'
import { ribbonOfRun } from '../../../src-renderer/ribbon/ribbonOf.ts'
import { runWith } from '../pages/run/runs.ts'

/** Of a run that has not begun, ten steps an epoch. */
const queued = (totalSteps: number, schedule: object) =>
  ribbonOfRun(
    runWith(
      { status: 'queued', stepsDone: 0, planned: { plan: { totalSteps, stepsPerEpoch: 10 }, edits: [] } },
      schedule,
    ),
  )
const data = queued(140, { kind: 'sgdr', lrMax: 0.1, t0: 2, tMult: 2 })

test('a plan that is not launched is drawn as planned from end to end', () => {
  const paths = ribbonPaths(data)
  assert.equal(paths.done, '')
  assert.equal(paths.now, undefined)
  assert.match(paths.planned, /^M0\.0 /)
  assert.ok(paths.planned.includes('1000.0 '))
})

test('trained and planned parts meet in one point', () => {
  const paths = ribbonPaths({ ...data, stepsDone: 60 })
  const lastDone = paths.done.slice(paths.done.lastIndexOf('L') + 1)
  assert.ok(paths.planned.startsWith(`M${lastDone}`))
})

test('a finished run has nothing planned and no mark of now', () => {
  const paths = ribbonPaths({ ...data, stepsDone: 140 })
  assert.equal(paths.planned, '')
  assert.equal(paths.now, undefined)
})

test('every second cycle is shaded, unless there are too many to tell apart', () => {
  assert.equal(ribbonPaths(data).bands.match(/M/g)?.length, 1)
  const many = queued(5000, { kind: 'sgdr', lrMax: 0.1, t0: 1, unit: 'step' })
  assert.equal(ribbonPaths(many).bands, '')
})

test('dots are drawn by their state', () => {
  assert.equal(dotPath(data, ['planned']).match(/M/g)?.length, 3)
  assert.equal(dotPath(data, ['stored']), '')
})

test('places stay in the box for any step of any plan', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e9 }), fc.integer({ min: -5, max: 2e9 }), (totalSteps, step) => {
      const x = xOf(step, totalSteps)
      assert.ok(x >= 0 && x <= 1000)
    }),
  )
})

test('a rate of 0 throughout is a line at the bottom', () => {
  const flat = { ...data, steps: [0, 139], rates: [0, 0] }
  assert.equal(ribbonPaths(flat).planned, `M0.0 ${boxHeight.toFixed(1)}L1000.0 ${boxHeight.toFixed(1)}`)
})
