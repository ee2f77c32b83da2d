import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nearestPoint, notFinite, valueRows } from '../../../src-renderer/charts/points.ts'
import { chartSummary } from '../../../src-renderer/charts/words.ts'

const loss = { id: 'loss', label: 'loss', x: [0, 10, 20, 30], y: [2, null, 1, 0] }

test('the nearest point, and none far outside the series', () => {
  assert.deepEqual(nearestPoint(loss, 21), { x: 20, y: 1 })
  assert.deepEqual(nearestPoint(loss, 9), { x: 10, y: null })
  assert.equal(nearestPoint(loss, 100), undefined)
  assert.equal(nearestPoint({ ...loss, x: [], y: [] }, 1), undefined)
})

test('the table tells a value that is not finite from one that is not there', () => {
  const other = { id: 'val', label: 'val', x: [10, 25], y: [5, 6] }
  assert.deepEqual(valueRows([loss, other]).slice(1, 4), [
    { x: 10, values: [null, 5] },
    { x: 20, values: [1, undefined] },
    { x: 25, values: [undefined, 6] },
  ])
  assert.deepEqual(notFinite(loss), [10])
})

test('the summary says what the lines do', () => {
  const props = { title: 'Loss', series: [loss], x: { label: 'step' }, y: { label: 'nats' }, height: 100 }
  assert.equal(chartSummary(props), 'Loss, nats by step. loss: from 0 to 2, last 0, 1 not finite.')
})
