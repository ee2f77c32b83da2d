import assert from 'node:assert/strict'
import { test } from 'node:test'
import { element, text } from '../../../src-main/export/svg/element.ts'

test('text and attributes of a picture are escaped, and lose only what XML cannot hold', () => {
  assert.equal(text('a < b & "c"').markup, 'a &lt; b &amp; &quot;c&quot;')
  const stray = `${String.fromCharCode(0, 8, 27)}\uffff\ud800`
  assert.equal(text(`r${stray}un\té 日本 😀`).markup, 'run\té 日本 😀')
  assert.equal(text('a\u202eb\u009b1m').markup, 'a\\u202eb\\u009b1m')
  assert.equal(element('a', { b: '"><c>' }).markup, '<a b="&quot;&gt;&lt;c&gt;"/>\n')
})
