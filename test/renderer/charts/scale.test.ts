import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { extentOf } from '../../../src-renderer/charts/extent.ts'
import { project, unproject, xScale, yScale } from '../../../src-renderer/charts/scale.ts'

const line = (x: number[], y: (number | null)[]) => ({ id: 'a', label: 'a', x, y })
const axis = { label: 'loss' }

test('the extent leaves out what is not finite', () => {
  assert.deepEqual(extentOf([null, 3, Number.NaN, -1, Number.POSITIVE_INFINITY]), [-1, 3])
  assert.equal(extentOf([null]), undefined)
})

test('the y axis is framed by the data within the x window alone', () => {
  const scale = yScale(axis, [line([0, 10, 20], [1000, 1, 2])], [5, 20], 5)
  assert.deepEqual(scale.domain, [1, 2])
})

test('hidden lines frame nothing', () => {
  const scale = yScale(axis, [{ ...line([0], [1e9]), hidden: true }, line([0, 1], [0, 1])], [0, 1], 5)
  assert.deepEqual(scale.domain, [0, 1])
})

test('a line that does not move stands in the middle of some room', () => {
  assert.deepEqual(yScale(axis, [line([0, 1], [5, 5])], [0, 1], 5).domain, [4.5, 5.5])
  assert.deepEqual(yScale(axis, [line([0, 1], [0, 0])], [0, 1], 5).domain, [-1, 1])
  assert.deepEqual(yScale(axis, [], [0, 1], 5).domain, [0, 1])
})

test('a log axis leaves out what it cannot show and has round ticks', () => {
  const { domain, ticks } = yScale({ ...axis, scale: 'log' }, [line([0, 1, 2], [0, 1e-4, 0.1])], [0, 2], 5)
  assert.ok(domain[0] > 0 && domain[0] <= 1e-4 && domain[1] >= 0.1)
  assert.deepEqual(ticks, [1e-4, 1e-3, 1e-2, 1e-1])
})

test('the x axis is the window itself', () => {
  assert.deepEqual(xScale({ label: 'step', domain: [13, 57] }, [], 5).domain, [13, 57])
  assert.deepEqual(xScale({ label: 'step' }, [line([3, 4, 9], [1, 1, 1])], 5).domain, [3, 9])
})

test('whole axes have whole ticks', () => {
  const { ticks } = xScale({ label: 'epoch', domain: [1, 3], whole: true }, [], 8)
  assert.deepEqual(ticks, [1, 2, 3])
})

test('an axis that ends with a budget has a tick there, and none that would run into it', () => {
  const ticksTo = (end: number, wanted = 6) =>
    xScale({ label: 'epoch', domain: [0, end], ticksEnd: true }, [], wanted).ticks
  assert.deepEqual(ticksTo(12), [0, 2, 4, 6, 8, 10, 12])
  assert.deepEqual(ticksTo(12.7), [0, 2, 4, 6, 8, 10, 12.7])
  assert.deepEqual(ticksTo(13.5), [0, 2, 4, 6, 8, 10, 12, 13.5])
  assert.deepEqual(ticksTo(0.25, 2), [0, 0.1, 0.25])
  assert.deepEqual(ticksTo(1, 1), [0, 1])
})

test('a place on the axis is found back, linear and log', () => {
  const positive = fc.double({ min: 1e-6, max: 1e6, noNaN: true })
  fc.assert(
    fc.property(positive, positive, fc.double({ min: 0, max: 1, noNaN: true }), (a, b, place) => {
      fc.pre(Math.max(a, b) / Math.min(a, b) > 1.01)
      for (const kind of ['linear', 'log'] as const) {
        const scale = { kind, domain: [Math.min(a, b), Math.max(a, b)] as const, ticks: [] }
        assert.ok(Math.abs(project(scale, unproject(scale, place)) - place) < 1e-6)
      }
    }),
  )
})
