import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { table } from '../../../src-main/cli/table.ts'

const columns = [
  { head: 'run' },
  { head: 'name', shrinkTo: 8 },
  { head: 'accuracy', align: 'right' },
  { head: 'note', shrinkTo: 6 },
] as const

test('no line is wider than the terminal, and the first column stays whole', () => {
  const cell = fc.string({ unit: 'grapheme-ascii', maxLength: 60 })
  const row = fc.tuple(fc.stringMatching(/^[a-z0-9]{12}$/), cell, fc.constant('91.25 %'), cell)
  fc.assert(
    fc.property(fc.array(row, { maxLength: 6 }), fc.integer({ min: 40, max: 160 }), (rows, width) => {
      const text = table(columns, rows, width)
      for (const line of text.split('\n'))
        assert.ok([...line].length <= width, `${[...line].length} > ${width}`)
      for (const [id] of rows) assert.ok(text.includes(id))
    }),
  )
})

test('what stands in a cell cannot steer the terminal', () => {
  const drawn = table(columns, [['a', '\u001b[2Jx\u0007', 'b', '1\n2']], 80)
  assert.doesNotMatch(drawn.replaceAll('\n', ''), /\p{Cc}/u)
})

test('columns left out are named below', () => {
  const row = ['a'.repeat(12), 'a name', '91.25 %', 'a longer note']
  const narrow = table(columns, [row], 32)
  assert.match(narrow, /not shown: accuracy, note;/)
  for (const line of narrow.split('\n')) assert.ok(line.length <= 32, line)
  assert.doesNotMatch(table(columns, [row], 80), /not shown/)
})
