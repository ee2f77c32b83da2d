import assert from 'node:assert/strict'
import { test } from 'node:test'
import { indistinctSets } from '../../../shared/study/indistinct.ts'

test('methods within the critical difference form sets, none of which lies within another', () => {
  // By rank: 1 (1.5), 0 (2), 3 (3), 2 (3.5).
  assert.deepEqual(indistinctSets([2, 1.5, 3.5, 3], 1.5), [
    [1, 0, 3],
    [0, 3, 2],
  ])
  assert.deepEqual(indistinctSets([2, 1.5, 3.5, 3], 1), [
    [1, 0],
    [0, 3],
    [3, 2],
  ])
  assert.deepEqual(indistinctSets([2, 1.5, 3.5, 3], 0.1), [])
  assert.deepEqual(indistinctSets([2, 1.5, 3.5, 3], 9), [[1, 0, 3, 2]])
})

test('equals are one set, and a set at the start does not hide a later one', () => {
  assert.deepEqual(indistinctSets([2, 2, 2], 0), [[0, 1, 2]])
  assert.deepEqual(indistinctSets([1, 1.1, 4, 4.1], 0.5), [
    [0, 1],
    [2, 3],
  ])
  assert.deepEqual(indistinctSets([1], 5), [])
})
