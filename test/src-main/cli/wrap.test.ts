import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { wrap } from '../../../src-main/cli/wrap.ts'

test('only spaces become line ends, and no line with a space to break at is too long', () => {
  const words = fc.array(fc.stringMatching(/^[a-z]{1,14}$/), { minLength: 1, maxLength: 40 })
  fc.assert(
    fc.property(words, fc.integer({ min: 20, max: 60 }), (parts, width) => {
      const text = parts.join(' ')
      const wrapped = wrap(text, width, '    ')
      assert.equal(wrapped.replaceAll('\n    ', ' '), text)
      for (const line of wrapped.split('\n')) assert.ok(line.length <= width)
    }),
  )
})

test('a percent sign stays with its number, and the beginning keeps its spaces', () => {
  assert.equal(wrap('  reaches 89.00 % on it', 14), '  reaches\n89.00 % on it')
})
