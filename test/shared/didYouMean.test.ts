import assert from 'node:assert/strict'
import { test } from 'node:test'
import { didYouMean } from '../../shared/didYouMean.ts'

const fields = ['lrMax', 'lrMin', 't0', 'tMult', 'momentum', 'clouds, big']

test('the nearest name is told, whatever its case; where several are as near, all of them', () => {
  assert.equal(didYouMean('lrMx', fields), ' (did you mean lrMax?)')
  assert.equal(didYouMean('LRMAX', fields), ' (did you mean lrMax?)')
  assert.equal(didYouMean('momentun', fields), ' (did you mean momentum?)')
  assert.equal(didYouMean('sgrd', ['sgdr', 'rex']), ' (did you mean sgdr?)')
  assert.equal(didYouMean('csv', ['cvs', 'svg']), ' (did you mean cvs?)')
  assert.equal(didYouMean('lr', ['lrMax', 'lrMin']), ' (did you mean lrMax or lrMin?)')
  assert.equal(didYouMean('run', ['ran', 'rum', 'bun']), ' (did you mean ran, rum or bun?)')
})

test('nothing is told where no name is near, or too many are', () => {
  for (const word of ['', 'x', 't', 'epochs', 'mx', '{}']) assert.equal(didYouMean(word, fields), '', word)
  assert.equal(didYouMean('run', ['ran', 'rum', 'bun', 'rub']), '')
  assert.equal(didYouMean('lenet', ['cnn', 'resnet']), '', 'another name is no slip of the keyboard')
  assert.equal(didYouMean('run', []), '')
})
