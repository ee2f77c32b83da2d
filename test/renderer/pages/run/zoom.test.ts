import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isWhole, moved, type Span, scaled, stepsOf } from '../../../../src-renderer/pages/run/zoom.ts'

const whole: Span = [0, 1000]

test('zooming keeps the place it is about where it is', () => {
  assert.deepEqual(scaled([0, 1000], 0.5, 250, whole, 2), [125, 625])
  assert.deepEqual(scaled([125, 625], 0.5, 625, whole, 2), [375, 625])
})

test('zooming out ends at everything, zooming in at the least', () => {
  assert.deepEqual(scaled([125, 625], 4, 300, whole, 2), whole)
  const [from, to] = scaled([100, 103], 0.1, 101, whole, 2)
  assert.equal(to - from, 2)
})

test('moving stops at the ends and keeps the size', () => {
  assert.deepEqual(moved([100, 300], -0.25, whole), [50, 250])
  assert.deepEqual(moved([100, 300], -5, whole), [0, 200])
  assert.deepEqual(moved([700, 900], 5, whole), [800, 1000])
})

test('a window is whole steps of the run, two of them at least', () => {
  assert.deepEqual(stepsOf([10.4, 19.6], 100), { from: 10, to: 20 })
  assert.deepEqual(stepsOf([98.9, 200], 100), { from: 98, to: 99 })
  assert.deepEqual(stepsOf([-5, -1], 100), { from: 0, to: 1 })
})

test('all of it is all of it', () => {
  assert.equal(isWhole([0, 999], [0, 999]), true)
  assert.equal(isWhole([1, 999], [0, 999]), false)
})
