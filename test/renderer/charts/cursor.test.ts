import assert from 'node:assert/strict'
import { test } from 'node:test'
import { movedCursor, stopsOf } from '../../../src-renderer/charts/cursorKeys.ts'
import { stepsBack } from '../../../src-renderer/charts/emphasis.ts'

const line = (id: string, x: number[]) => ({ id, label: id, x, y: x.map(() => 1) })

test('keys lead the cursor from value to value of the densest line', () => {
  const stops = stopsOf([line('val', [10, 20]), line('train', [0, 5, 10, 15, 20, 25])], [5, 20])
  assert.deepEqual(stops, [5, 10, 15, 20])
  assert.equal(movedCursor('ArrowLeft', undefined, stops), 20)
  assert.equal(movedCursor('ArrowLeft', 20, stops), 15)
  assert.equal(movedCursor('ArrowLeft', 12, stops), 10)
  assert.equal(movedCursor('ArrowRight', 12, stops), 15)
  assert.equal(movedCursor('ArrowRight', 20, stops), 20)
  assert.equal(movedCursor('Home', 12, stops), 5)
  assert.equal(movedCursor('PageUp', 5, stops), 20)
  assert.equal(movedCursor('PageDown', 20, stops), 5)
  assert.equal(movedCursor('Escape', 12, stops), undefined)
  assert.equal(movedCursor('End', 12, []), undefined)
})

test('lines step back behind the one singled out, in charts that have it', () => {
  const train = line('train', [1])
  const raw = { ...line('raw', [1]), entry: 'train' }
  const validation = line('validation', [1])
  const all = [raw, train, validation]
  assert.deepEqual(
    all.map((one) => stepsBack(one, all, 'train')),
    [false, false, true],
  )
  assert.equal(stepsBack(train, all, undefined), false)
  assert.equal(stepsBack(validation, [validation], 'train'), false)
})
