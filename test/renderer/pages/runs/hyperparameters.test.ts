import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runElsewhere } from '../../../../shared/run/elsewhere.ts'
import { configGroups, differenceCount } from '../../../../src-renderer/pages/compare/config.ts'
import { followWords } from '../../../../src-renderer/pages/run/followWords.ts'
import { textOf } from '../../../../src-renderer/pages/runs/columns/column.ts'
import { findColumn } from '../../../../src-renderer/pages/runs/columns/columns.ts'
import { parseFilter } from '../../../../src-renderer/pages/runs/filter/parse.ts'
import { hyperparameterNames } from '../../../../src-renderer/pages/runs/hyperparameters.ts'
import { readLayout, toggleColumn } from '../../../../src-renderer/pages/runs/layout.ts'
import { row } from './row.ts'

const trained = (id: string, hyperparameters: Record<string, string | number | boolean>) =>
  row(id, {
    kind: 'elsewhere',
    elsewhere: runElsewhere.parse({ from: 'tensorboard', path: `/logs/${id}`, hyperparameters }),
  })
const runs = [
  trained('a', { batch_size: 32, optimizer: 'AdamW', nesterov: false, 'net.depth': 20 }),
  trained('b', { batch_size: 128, optimizer: 'SGD', nesterov: true }),
  trained('c', { batch_size: 'auto' }),
  row('ours'),
]
const found = (text: string): string => {
  const parsed = parseFilter(text)
  assert.ok(parsed.ok, `${text}: ${parsed.ok ? '' : parsed.message}`)
  return runs
    .filter(parsed.matches)
    .map(({ id }) => id)
    .join(' ')
}

test('settings of other programs are fields of the filter', () => {
  assert.equal(found('hparam.batch_size>32'), 'b')
  assert.equal(found('hparam.BATCH_SIZE>=32'), 'a b')
  assert.equal(found('hparam.batch_size:32'), 'a')
  assert.equal(found('hparam.batch_size:auto'), 'c')
  assert.equal(found('hparam.batch_size!=128'), 'a c')
  assert.equal(found('hparam.optimizer:adam'), 'a')
  assert.equal(found('hparam.optimizer=adam'), '')
  assert.equal(found('hparam.optimizer=sgd,adamw'), 'a b')
  assert.equal(found('hparam.nesterov:true'), 'b')
  assert.equal(found('hparam.net.depth:20 is:elsewhere'), 'a')
  assert.equal(found('hparam.absent:1'), '')
  assert.equal(found('-hparam.batch_size>32'), 'a c ours')
  const wrong = parseFilter('hparam.optimizer>adam')
  assert.ok(!wrong.ok && /compares with a number/.test(wrong.message))
})

test('what stands in for what nobody knows of a run trained elsewhere is not found', () => {
  for (const text of ['batch:64', 'batch>0', 'model:mlp', 'schedule:constant', 'epochs>0', 'optimizer:sgd'])
    assert.ok(!/[abc]/.test(found(text)), text)
})

test('they are columns, sorted by their numbers, kept in the layout, absent in runs of ours', () => {
  const column = findColumn('hparam.batch_size')
  assert.ok(column)
  assert.deepEqual(
    runs.map((run) => textOf(column, run, new Map())),
    ['32', '128', 'auto', '–'],
  )
  assert.deepEqual(hyperparameterNames(runs), ['batch_size', 'nesterov', 'optimizer', 'net.depth'])
  const { shown } = readLayout(
    JSON.stringify({ knowsWhere: true, shown: ['name', 'hparam.batch_size', 'nonsense'] }),
  )
  assert.deepEqual(shown, ['name', 'hparam.batch_size'])
  assert.deepEqual(toggleColumn(shown, 'hparam.optimizer').at(-1), 'hparam.optimizer')
})

test('compare counts their differences', () => {
  const [a, b] = runs
  assert.ok(a && b)
  const groups = configGroups([a, b])
  assert.equal(differenceCount(groups), 4)
  assert.equal(differenceCount(configGroups([a, { ...a, id: 'again' }])), 0)
  const own = groups.find(({ title }) => title === 'Trained elsewhere')
  assert.deepEqual(own?.rows.find(({ label }) => label === 'net.depth')?.values, ['20', undefined])
})

test('since when a run is followed, and when it was heard of last', () => {
  const about = { followed: true, followedSince: 1_000_000, lastEventAt: 1_000_000 }
  const folder = { path: '/logs', since: 0, isRead: true, problem: null, runs: 3 }
  assert.match(followWords(about, folder, 1_012_000).lastEvent, /^last event 12.s ago$/)
  assert.match(followWords(about, folder, 1_000_000 + 25 * 60_000).lastEvent, /^no event for 25.m 00.s$/)
  assert.match(followWords(about, folder, 1_012_000).followed ?? '', /^followed since \d{4}-/)
  assert.equal(followWords(about, folder, 1_012_000).problem, undefined)
  assert.match(followWords(about, { ...folder, isRead: false }, 0).problem ?? '', /Nobody reads it now/)
  assert.equal(followWords({ ...about, lastEventAt: null }, folder, 0).lastEvent, 'no event yet')
  const ended = followWords({ ...about, followed: false, followedSince: null }, undefined, 9e12)
  assert.match(ended.lastEvent, /^last event 1970-/)
  assert.equal(ended.followed, undefined)
})
