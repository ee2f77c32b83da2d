import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { csvText } from '../../../shared/csvText.ts'
import { csvLines } from '../../../src-main/export/csv.ts'

const read = (text: string): string[][] => parse(text)

test('text that a spreadsheet takes for a formula gets an apostrophe; numbers stay numbers', () => {
  const dangerous = [
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://x","y")',
    '+1+1',
    '-2+3',
    '@SUM(A1)',
    '\tx',
    '\rx',
    '＝1',
  ]
  assert.deepEqual(read(csvLines([dangerous])), [dangerous.map((text) => `'${text}`)])
  const harmless = ['a=b', '1-2', 'x@y', '-0.5', '+1e-3', "'=1", '', 'say "hi", twice\nor more']
  assert.deepEqual(read(csvLines([harmless])), [harmless])
  assert.equal(
    csvLines([[-0.5, 1e-7, Number.NaN, -Infinity, null, undefined, true]]),
    '-0.5,1e-7,NaN,-Infinity,,,true\n',
  )
})

test('raw text is as it is stored', () => {
  const texts = ['=1+1', '@x', '\u202eabc\u009b']
  assert.deepEqual(read(csvLines([texts], { raw: true })), [texts])
})

test('characters that steer a screen or turn the reading direction are seen', () => {
  assert.equal(csvLines([['a\u202eb\u009b31m\u2066c\u001b[0m']]), 'a\\u202eb\\u009b31m\\u2066c\\u001b[0m\n')
})

test('what the window writes itself is what the library writes', () => {
  const cell = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom('=1', 'a,b', 'say "hi"', 'two\nlines', 'a\rb', ' x ', ''),
    fc.double(),
    fc.constant(null),
  )
  fc.assert(
    fc.property(fc.array(fc.array(cell, { minLength: 2, maxLength: 5 })), (rows) => {
      assert.equal(csvText(rows), csvLines(rows))
    }),
  )
})
