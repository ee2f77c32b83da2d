import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inMeasure, scoreDifference, scoreText } from '../../../src-renderer/format/scoreMeasure.ts'

const plain = (text: string): string => text.replaceAll('\u202f', ' ')

test('one score told both ways', () => {
  assert.equal(plain(scoreText(0.861, 'accuracy')), '86.1 %')
  assert.equal(plain(scoreText(0.861, 'error')), '13.9 %')
  assert.equal(plain(scoreText(0.86125, 'error', 2)), '13.88 %')
  for (const measure of ['accuracy', 'error'] as const) {
    assert.equal(scoreText(null, measure), '–')
    assert.equal(inMeasure(inMeasure(0.25, measure), measure), 0.25)
  }
  assert.equal(inMeasure(null, 'error'), null)
})

test('what raises the accuracy lowers the error', () => {
  assert.equal(plain(scoreDifference(0.012, 'accuracy')), '+1.2 pp')
  assert.equal(plain(scoreDifference(0.012, 'error')), '−1.2 pp')
  assert.equal(plain(scoreDifference(0, 'error')), '±0.0 pp')
})
