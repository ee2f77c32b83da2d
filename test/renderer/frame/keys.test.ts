import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isPress, keyCaps, worksWhileTyping } from '../../../src-renderer/frame/keys.ts'

const bare = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false }

test('mod is Ctrl here and Cmd on Apple machines, and never both', () => {
  const ctrlK = { ...bare, key: 'k', ctrlKey: true }
  const cmdK = { ...bare, key: 'k', metaKey: true }
  assert.deepEqual([isPress('mod+K', ctrlK, false), isPress('mod+K', cmdK, false)], [true, false])
  assert.deepEqual([isPress('mod+K', ctrlK, true), isPress('mod+K', cmdK, true)], [false, true])
  assert.equal(isPress('mod+K', { ...ctrlK, metaKey: true }, false), false)
  assert.equal(isPress('k', ctrlK, false), false)
})

test('a sign stands for itself, whichever keys make it; a letter with shift is another shortcut', () => {
  assert.equal(isPress('?', { ...bare, key: '?', shiftKey: true }, false), true)
  assert.equal(isPress('/', { ...bare, key: '/' }, false), true)
  assert.equal(isPress('n', { ...bare, key: 'N', shiftKey: true }, false), false)
  assert.equal(isPress('shift+ArrowDown', { ...bare, key: 'ArrowDown', shiftKey: true }, false), true)
  assert.equal(isPress('ArrowDown', { ...bare, key: 'ArrowDown', shiftKey: true }, false), false)
})

test('caps are printed as the machine has them', () => {
  assert.deepEqual(keyCaps('mod+K', false), ['Ctrl', 'K'])
  assert.deepEqual(keyCaps('mod+K', true), ['⌘', 'K'])
  assert.deepEqual(keyCaps('shift+ArrowDown', false), ['Shift', '↓'])
  assert.deepEqual(keyCaps('?', false), ['?'])
})

test('only what cannot be text works while one types', () => {
  assert.deepEqual(['mod+K', 'n', '?'].map(worksWhileTyping), [true, false, false])
})
