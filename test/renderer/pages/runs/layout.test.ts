import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  firstLayout,
  moveColumn,
  placeColumn,
  readLayout,
  toggleColumn,
} from '../../../../src-renderer/pages/runs/layout.ts'

test('a stored layout comes back; what is not one falls back piece by piece', () => {
  const own = {
    ...firstLayout,
    shown: ['best', 'name'],
    widths: { best: 120 },
    baseline: 'x',
    at: { series: 'loss', step: 7 },
  }
  assert.deepEqual(readLayout(JSON.stringify(own)), own)
  for (const text of [null, '', '{', '[]', '{"shown":3}', 'null'])
    assert.deepEqual(readLayout(text), firstLayout)
  const broken = readLayout(
    '{"knowsWhere":true,"shown":["best","best","no such"],"widths":{"best":-5},"at":{"series":"x"},"baseline":4}',
  )
  assert.deepEqual(broken, { ...firstLayout, shown: ['name', 'best'] })
})

test('a layout that was kept before runs could train elsewhere gets the column that tells where, once', () => {
  const { shown, knowsWhere } = readLayout(JSON.stringify({ shown: ['name', 'status', 'best'] }))
  assert.deepEqual(shown, ['name', 'status', 'where', 'best'])
  const hidden = JSON.stringify({ knowsWhere, shown: ['name', 'status', 'best'] })
  assert.deepEqual(readLayout(hidden).shown, ['name', 'status', 'best'])
})

test('the one column of ensembles becomes one for each part of the data', () => {
  const before = JSON.stringify({ ...firstLayout, shown: ['name', 'best', 'ensemble', 'model'] })
  assert.deepEqual(readLayout(before).shown, [
    'name',
    'best',
    'validationEnsemble',
    'test',
    'testEnsemble',
    'model',
  ])
})

test('columns move by a place, or into the place of another', () => {
  const shown = ['name', 'best', 'last', 'model']
  assert.deepEqual(moveColumn(shown, 'last', -1), ['name', 'last', 'best', 'model'])
  assert.deepEqual(moveColumn(shown, 'name', -1), shown)
  assert.deepEqual(moveColumn(shown, 'model', 1), shown)
  assert.deepEqual(placeColumn(shown, 'name', 'last'), ['best', 'last', 'name', 'model'])
  assert.deepEqual(placeColumn(shown, 'model', 'name'), ['model', 'name', 'best', 'last'])
  assert.deepEqual(placeColumn(shown, 'model', 'no such'), shown)
})

test('a column that comes back stands beside its neighbours, and the name never goes', () => {
  assert.deepEqual(toggleColumn(['name', 'best', 'model'], 'last'), ['name', 'best', 'last', 'model'])
  assert.deepEqual(toggleColumn(['name', 'best'], 'best'), ['name'])
  assert.deepEqual(toggleColumn(['name', 'best'], 'name'), ['name', 'best'])
})
