import assert from 'node:assert/strict'
import { test } from 'node:test'
import { healthWords } from '../../../src-renderer/frame/healthWords.ts'

const full = { kind: 'diskFull', words: 'The sentence of the store.', since: 0 } as const

test('the note says what is wrong in a few words and in the sentence of the store', () => {
  assert.equal(healthWords({ access: 'write', fault: null, damage: [] }), undefined)
  assert.deepEqual(healthWords({ access: 'write', fault: full, damage: [] }), {
    title: 'The disk is full: what trains cannot be stored.',
    text: 'The sentence of the store.',
    canMakeRoom: true,
  })
})

test('a lab that is open for reading only says so, and offers no deleting', () => {
  const words = healthWords({ access: 'read', fault: { ...full, kind: 'readOnly' }, damage: [] })
  assert.match(words?.title ?? '', /takes no writes.*; the lab is open for reading only\.$/)
  assert.equal(words?.canMakeRoom, false)
  assert.equal(healthWords({ access: 'read', fault: full, damage: [] })?.canMakeRoom, false)
})
