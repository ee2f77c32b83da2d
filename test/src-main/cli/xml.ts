import assert from 'node:assert/strict'

/** Checks that tags nest and that nothing stands where XML allows nothing: enough for markup we write ourselves. */
export function checkXml(text: string): void {
  const open: string[] = []
  const rest = text.replace(
    /<(\/?)([a-zA-Z]+)((?:\s[a-zA-Z][a-zA-Z0-9-]*="[^"<]*")*)\s*(\/?)>/g,
    (_, closes: string, name: string, _attributes: string, empty: string) => {
      if (closes !== '') assert.equal(open.pop(), name)
      else if (empty === '') open.push(name)
      return ''
    },
  )
  assert.deepEqual(open, [], 'every tag is closed')
  assert.doesNotMatch(rest.replace(/&(amp|lt|gt|quot);/g, ''), /[<>&]/, 'text is escaped')
  assert.doesNotMatch(text, /NaN|undefined|Infinity/)
}
