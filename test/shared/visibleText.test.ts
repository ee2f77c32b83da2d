import assert from 'node:assert/strict'
import { test } from 'node:test'
import { visibleJson, visibleText } from '../../shared/visibleText.ts'

const evil = 'a\u2028\u202eb\u009b31m\u001b[2J\u2066c\u200f\u0000\u007f'

test('characters that steer a terminal or turn text around are shown by their number', () => {
  assert.equal(visibleText(evil), 'a\\u2028\\u202eb\\u009b31m\\u001b[2J\\u2066c\\u200f\\u0000\\u007f')
})

test('all other text stays as it is: line ends, accents, scripts, signs that are joined', () => {
  const plain = 'Ünïcode\t×\n日本語\r\nעברית 👩‍🔬 \\u202e'
  assert.equal(visibleText(plain), plain)
})

test('JSON with such characters escaped is plain, and means the same', () => {
  const value = { [evil]: [evil, 'x'] }
  const safe = visibleJson(JSON.stringify(value, null, 2))
  assert.deepEqual(JSON.parse(safe), value)
  assert.match(safe, /^[\x20-\x7e\n]+$/)
})
