import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  changed,
  type History,
  historyOf,
  redone,
  undone,
} from '../../../../src-renderer/pages/new-run/model/history.ts'

const typed = (history: History<string>, next: string, change: string, at: number, isGesture = false) =>
  changed(history, next, { change, at, isGesture })

test('letters that follow each other are one step back, another field or a pause begins a new one', () => {
  let history = historyOf('')
  history = typed(history, 'a', 'name', 0)
  history = typed(history, 'ab', 'name', 400)
  history = typed(history, 'ab 7', 'seed', 500)
  history = typed(history, 'ab 71', 'seed', 1600)
  assert.deepEqual(history.past, ['', 'ab', 'ab 7'])
})

test('a drag is one step, however long it takes', () => {
  let history = historyOf('0')
  for (const at of [0, 900, 5_000, 60_000]) history = typed(history, String(at), 'rate', at, true)
  assert.deepEqual(history.past, ['0'])
})

test('undo and redo go back and forth, and a change ends what could be redone', () => {
  const two = typed(typed(historyOf('0'), '1', 'a', 0), '2', 'b', 0)
  const back = undone(two)
  assert.deepEqual([back?.present, back?.future], ['1', ['2']])
  assert.equal(redone(back ?? two)?.present, '2')
  assert.equal(redone(two), undefined)
  assert.equal(undone(historyOf('0')), undefined)
  assert.deepEqual(typed(back ?? two, '3', 'b', 10).future, [])
  // What is typed after an undo is a step of its own, though it is typed at once.
  assert.deepEqual(typed(back ?? two, '3', 'a', 10).past, ['0', '1'])
})
