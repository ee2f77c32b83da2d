import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bestMatches, nearMatches } from '../../../../src-renderer/frame/finder/finderMatch.ts'

const find = (items: readonly string[], query: string) => bestMatches(items, query, (item) => [item])

test('what begins with the query comes first, then what holds its words in any order; the rest not', () => {
  const runs = ['cosine SGDR', 'SGDR cosine', 'sgd constant', 'cosines', 'mlp']
  assert.deepEqual(find(runs, 'cosine'), ['cosine SGDR', 'cosines', 'SGDR cosine'])
  assert.deepEqual(find(runs, ' SGDR cos '), ['SGDR cosine', 'cosine SGDR'])
  assert.deepEqual(find(runs, 'cosine constant'), [])
  assert.deepEqual(find(runs, '  '), runs)
})

const near = (items: readonly string[], query: string) => nearMatches(items, query, (item) => [item])

test('a slip of the finger finds what is near', () => {
  const things = ['Import a data set', 'Run the demo', 'cosine', 'Ensembles']
  assert.deepEqual(near(things, 'inport'), ['Import a data set'])
  assert.deepEqual(near(things, 'cosien'), ['cosine'])
  assert.deepEqual(near(things, 'cosin'), ['cosine'])
  assert.deepEqual(near(things, 'ensambl'), ['Ensembles'])
  assert.deepEqual(near(things, 'imp dta set'), [])
  assert.deepEqual(near(things, 'dme'), [])
})

test('any of the words of an item may begin so', () => {
  const runs = [
    { name: 'first', id: 'abc', tags: ['night'] },
    { name: 'nightly', id: 'def', tags: [] },
  ]
  const words = ({ name, id, tags }: (typeof runs)[number]) => [name, id, ...tags]
  assert.deepEqual(
    bestMatches(runs, 'nig', words).map(({ id }) => id),
    ['abc', 'def'],
  )
  assert.deepEqual(
    bestMatches(runs, 'DE', words).map(({ id }) => id),
    ['def'],
  )
})
