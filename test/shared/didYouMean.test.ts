import assert from 'node:assert/strict'
import { test } from 'node:test'
import { didYouMean } from '../../shared/didYouMean.ts'

const fields = ['lrMax', 'lrMin', 't0', 'tMult', 'momentum', 'clouds, big']

test('the nearest name is told, whatever its case; where several are as near, all of them', () => {
  assert.equal(didYouMean('lrMx', fields), ' (did you mean lrMax?)')
  assert.equal(didYouMean('LRMAX', fields), ' (did you mean lrMax?)')
  assert.equal(didYouMean('momentun', fields), ' (did you mean momentum?)')
  assert.equal(didYouMean('lrM', ['lrMax', 'lrMin']), ' (did you mean lrMax or lrMin?)')
  assert.equal(didYouMean('run', ['ran', 'rum', 'bun']), ' (did you mean ran, rum or bun?)')
})

test('nothing is told where no name is near, or too many are', () => {
  for (const word of ['', 'x', 'epochs', 'lr', '{}']) assert.equal(didYouMean(word, fields), '', word)
  assert.equal(didYouMean('run', ['ran', 'rum', 'bun', 'rub']), '')
  assert.equal(didYouMean('run', []), '')
})
