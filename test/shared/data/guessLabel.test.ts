import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ColumnLook, guessLabel } from '../../../shared/data/guessLabel.ts'

const column = (name: string, more: Partial<ColumnLook> = {}): ColumnLook => ({
  name,
  isNumeric: true,
  different: 50,
  rows: 100,
  ...more,
})
const words = (name: string, different: number) => column(name, { isNumeric: false, different })
const guessed = (...columns: ColumnLook[]) => guessLabel(columns)?.column

test('a class is guessed by its name, the surest name first, whatever its letters', () => {
  assert.equal(guessed(column('a'), column('label'), words('b', 2)), 'label')
  assert.equal(guessed(column('TARGET'), column('x')), 'TARGET')
  assert.equal(guessed(column('class'), column('Label')), 'Label')
  assert.equal(guessed(column('y'), column('x')), 'y')
  assert.deepEqual(guessLabel([column('x'), column('Species')]), {
    column: 'Species',
    reason: 'it is called Species',
  })
})

test('else the only column of words, where its values repeat', () => {
  assert.equal(guessed(column('a'), words('kind', 3)), 'kind')
  assert.match(guessLabel([column('a'), words('kind', 3)])?.reason ?? '', /only column of words/)
})

test('nothing is guessed where two could be, where all values differ, and of a single column', () => {
  assert.equal(guessed(column('a'), words('kind', 3), words('town', 3)), undefined)
  assert.equal(guessed(column('a'), words('name', 51)), undefined)
  assert.equal(guessed(column('a'), words('same', 1)), undefined)
  assert.equal(guessed(column('a'), column('b')), undefined)
  assert.equal(guessed(column('label')), undefined)
})
