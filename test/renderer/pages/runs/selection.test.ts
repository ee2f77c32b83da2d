import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  nothingSelected,
  type Selection,
  type SelectionAction,
  select,
} from '../../../../src-renderer/pages/runs/selection.ts'

const order = ['a', 'b', 'c', 'd', 'e']
const after = (actions: readonly SelectionAction[], from: Selection = nothingSelected) => {
  const { selected, cursor } = actions.reduce(select, from)
  return `${[...selected].sort().join('')} @${cursor ?? '-'}`
}
const down = (extend = false): SelectionAction => ({ type: 'move', by: 1, order, extend })
const up = (extend = false): SelectionAction => ({ type: 'move', by: -1, order, extend })

test('the cursor begins at the first row and stops at both ends', () => {
  assert.equal(after([down()]), ' @a')
  assert.equal(after([up()]), ' @a')
  assert.equal(after([down(), up(), up()]), ' @a')
  assert.equal(after([{ type: 'move', by: 99, order, extend: false }, down()]), ' @e')
  assert.equal(after([{ type: 'move', by: 1, order: [], extend: false }]), ' @-')
})

test('toggling, one alone, ranges and all', () => {
  assert.equal(
    after([
      { type: 'toggle', id: 'b' },
      { type: 'toggle', id: 'd' },
    ]),
    'bd @d',
  )
  assert.equal(
    after([
      { type: 'toggle', id: 'b' },
      { type: 'toggle', id: 'b' },
    ]),
    ' @b',
  )
  assert.equal(
    after([
      { type: 'toggle', id: 'b' },
      { type: 'only', id: 'd' },
    ]),
    'd @d',
  )
  assert.equal(
    after([
      { type: 'only', id: 'd' },
      { type: 'only', id: 'd' },
    ]),
    ' @d',
  )
  assert.equal(
    after([
      { type: 'only', id: 'd' },
      { type: 'range', id: 'b', order },
    ]),
    'bcd @b',
  )
  assert.equal(after([{ type: 'range', id: 'b', order }]), 'b @b')
  assert.equal(after([{ type: 'all', order }, { type: 'clear' }]), ' @-')
})

test('shift and arrows grow the range from where it began', () => {
  assert.equal(after([down(), down(), down(true), down(true)]), 'bcd @d')
  assert.equal(after([{ type: 'toggle', id: 'c' }, up(true), up(true)]), 'abc @a')
})

test('an anchor that has left the table begins anew', () => {
  const state = [{ type: 'only', id: 'gone' } as const, { type: 'range', id: 'b', order } as const]
  assert.equal(after(state), 'bgone @b')
  assert.equal(after([...state, { type: 'drop', ids: ['gone'] }]), 'b @b')
})
