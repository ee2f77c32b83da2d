import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chosen, firstLines, moved, movedByKey } from '../../../src-renderer/rate-test/rateLines.ts'

const ramp = { ramp: 'exponential', from: 1e-7, to: 10 } as const
const linear = { ramp: 'linear', from: 0.001, to: 1 } as const
const lines = { low: 0.01, high: 0.1 }
const nothing = { valley: null, steep: null, slide: null, minimum: null, lower: null }
const press = (key: string, shiftKey = false) => ({ key, shiftKey })

test('a line goes where it is put, at three digits', () => {
  assert.deepEqual(moved(lines, 'high', 0.123456, ramp), { low: 0.01, high: 0.123 })
  assert.deepEqual(moved(lines, 'low', 2.34567e-5, ramp), { low: 2.35e-5, high: 0.1 })
})

test('lines stay within the rates tested and never cross', () => {
  assert.deepEqual(moved(lines, 'high', 1e9, ramp), { low: 0.01, high: 10 })
  assert.deepEqual(moved(lines, 'low', 1e-12, ramp), { low: 1e-7, high: 0.1 })
  assert.deepEqual(moved(lines, 'high', 1e-5, ramp), { low: 0.01, high: 0.01 })
  assert.deepEqual(moved(lines, 'low', 3, ramp), { low: 0.1, high: 0.1 })
  assert.deepEqual(moved(lines, 'low', Number.NaN, ramp), lines)
})

test('keys move a line along the axis it stands on', () => {
  const right = movedByKey(lines, 'high', press('ArrowRight'), ramp)
  // A two-hundredth of eight decades.
  assert.equal(right?.high, 0.11)
  assert.equal(movedByKey(lines, 'high', press('ArrowRight', true), ramp)?.high, 0.251)
  assert.equal(movedByKey(lines, 'high', press('PageUp'), ramp)?.high, 0.251)
  assert.equal(movedByKey(lines, 'low', press('ArrowLeft'), linear)?.low, 0.005)
  assert.equal(movedByKey(lines, 'high', press('End'), ramp)?.high, 10)
  assert.equal(movedByKey(lines, 'low', press('Home'), ramp)?.low, 1e-7)
  assert.equal(movedByKey(lines, 'low', press('a'), ramp), undefined)
})

test('every key press moves a line that has room, however narrow the axis', () => {
  const narrow = { ramp: 'exponential', from: 0.99, to: 1.01 } as const
  const there = { low: 0.99, high: 1 }
  assert((movedByKey(there, 'high', press('ArrowRight'), narrow)?.high ?? 0) > 1)
  assert((movedByKey(there, 'high', press('ArrowLeft'), narrow)?.high ?? 2) < 1)
})

test('a suggestion that is taken beyond the other line sends that one out of its way', () => {
  assert.deepEqual(chosen(lines, 'high', 0.5, ramp), { low: 0.01, high: 0.5 })
  assert.deepEqual(chosen(lines, 'high', 0.004, ramp), { low: 0.001, high: 0.004 })
  assert.deepEqual(chosen(lines, 'low', 0.4, ramp), { low: 0.4, high: 1.6 })
  assert.deepEqual(chosen(lines, 'low', 5, ramp), { low: 5, high: 10 })
})

test('the lines begin at the valley and at the lower bound', () => {
  assert.deepEqual(firstLines({ ...nothing, valley: 0.0514, lower: 0.0012, steep: 3 }, ramp), {
    low: 0.0012,
    high: 0.0514,
  })
  assert.deepEqual(firstLines({ ...nothing, steep: 0.2 }, ramp), { low: 0.05, high: 0.2 })
})

test('a lower bound above the valley is not taken, and without any suggestion the lines stand in the middle', () => {
  assert.deepEqual(firstLines({ ...nothing, valley: 0.04, lower: 0.5 }, ramp), { low: 0.01, high: 0.04 })
  const { low, high } = firstLines(nothing, linear)
  assert(low < high && high <= 1 && low >= 0.001)
})
