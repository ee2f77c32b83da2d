import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseRunSpec } from '../../../../shared/run/spec.ts'
import { problemAt } from '../../../../src-renderer/pages/new-run/model/fields.ts'
import {
  movedEntry,
  nameOfValue,
  onData,
  renamedEntry,
  renamedValue,
  withEntry,
} from '../../../../src-renderer/pages/studies/new/entries.ts'
import { freshPart, partText, taskText, wholePart } from '../../../../src-renderer/pages/studies/new/parts.ts'
import { studyMisfits } from '../../../../src-renderer/pages/studies/new/studyMisfits.ts'
import { studyProblems } from '../../../../src-renderer/pages/studies/new/studyProblems.ts'

const base = parseRunSpec({
  dataset: { name: 'clouds' },
  model: { kind: 'mlp', hidden: [64] },
  schedule: { kind: 'rex', lrStart: 0.1 },
  budget: { epochs: 3 },
})

test('an entry moves by one place, and stays at the ends of its list', () => {
  const list = ['a', 'b', 'c']
  assert.deepEqual(movedEntry(list, 2, -1), ['a', 'c', 'b'])
  assert.deepEqual(movedEntry(list, 0, 1), ['b', 'a', 'c'])
  assert.equal(movedEntry(list, 0, -1), list)
  assert.equal(movedEntry(list, 2, 1), list)
})

test('a list that is begun has what stood for it, once', () => {
  const own = { spec: { kind: 'sgd' } }
  const adam = { spec: { kind: 'adam' } }
  assert.deepEqual(withEntry(undefined, { ...own }, own), [own])
  assert.deepEqual(withEntry(undefined, {}, {}), [{}])
  assert.deepEqual(withEntry(undefined, adam, own), [own, adam])
  assert.deepEqual(withEntry([], adam, own), [adam])
  assert.deepEqual(withEntry(undefined, adam, undefined), [adam])
})

const whole = [
  { name: 'clouds', otherNames: [], kind: 'table', shape: [3] },
  { name: 'fashion', otherNames: ['fashion-mnist'], kind: 'image', shape: [28, 28, 1] },
] as const

test('a task on other data keeps the network that was written, and comes back as it was', () => {
  const task = {
    label: 'mine',
    dataset: { name: 'fashion', test: 0.2 },
    model: { kind: 'cnn', filters: [4] },
  }
  const moved = onData(task, 'clouds')
  assert.deepEqual(moved, { ...task, dataset: { name: 'clouds', test: 0.2 } })
  assert.deepEqual(onData(moved, 'fashion'), task)
  assert.deepEqual(onData({ dataset: { name: 'clouds' }, model: { filters: [4] } }, ''), {
    model: { filters: [4] },
  })
})

test('a network that cannot read its data is told at its field: written whole, changed, or the base’s', () => {
  const images = parseRunSpec({
    ...base,
    dataset: { name: 'fashion-mnist' },
    model: { kind: 'cnn' },
  })
  const at = (study: object) => Object.keys(studyMisfits({ base: images, ...study }, whole))
  const dataset = { name: 'clouds' }
  const tasks = [{}, { dataset }, { dataset, model: { filters: [4] } }, { dataset, model: { kind: 'mlp' } }]
  assert.deepEqual(at({ kind: 'budget', tasks }), ['tasks.1.model.kind', 'tasks.2.model.kind'])
  assert.deepEqual(at({ kind: 'budget' }), [])
  assert.deepEqual(at({ kind: 'trunk', base: { ...images, dataset } }), ['base.model.kind'])
  const values = [{ kind: 'mlp' }, { label: 'a', value: { kind: 'resnet' } }]
  const axes = [{ path: 'model', values }]
  assert.deepEqual(at({ kind: 'sweep', base: { ...images, dataset }, axes }), ['axes.0.values.1.value.kind'])
  const data = { path: 'dataset.name', values: ['fashion', 'clouds'] }
  assert.deepEqual(at({ kind: 'sweep', axes: [data] }), ['base.model.kind'])
  assert.deepEqual(at({ kind: 'sweep', axes: [{ path: 'seed', values: [1] }] }), [])
})

test('a name is put on and taken off without touching the rest', () => {
  const spec = { kind: 'adam', beta1: 0.8 }
  const named = renamedValue(spec, 'mine')
  assert.deepEqual(named, { label: 'mine', value: spec })
  assert.equal(nameOfValue(named), 'mine')
  assert.deepEqual(renamedValue(named, ''), spec)
  assert.equal(JSON.stringify(renamedEntry({ spec }, 'mine')), JSON.stringify({ label: 'mine', spec }))
  assert.deepEqual(renamedEntry({ label: 'mine', spec }, ''), { spec })
})

test('a task that only changes the base’s network is named and checked as the whole that it is', () => {
  assert.deepEqual(wholePart('model', { hidden: [32] }, base), { kind: 'mlp', hidden: [32], dropout: 0 })
  assert.equal(taskText({ model: { hidden: [32] } }, base), 'clouds, MLP 32')
  assert.equal(taskText({}, base), 'clouds, MLP 64')
  assert.deepEqual(
    studyProblems({ kind: 'budget', base, tasks: [{ model: { hidden: [32] } }] }, undefined),
    {},
  )
  assert.equal(partText('optimizer', { kind: 'adam', beta1: 3 }), 'Adam')
})

test('a rule that a part breaks stands at its field, and is not said again of the whole entry', () => {
  const tree = {
    kind: 'budget',
    base,
    optimizers: [
      { spec: freshPart('optimizer', 'sgd') },
      { label: 'other', spec: { kind: 'adam', beta1: 3 } },
    ],
    tasks: [{ model: { kind: 'cnn', filters: [] } }],
  }
  const said = 'While planning the study: optimizer other: beta1: must be below 1 (received 3); change it.'
  const problems = studyProblems(tree, said)
  assert.deepEqual(Object.keys(problems), ['optimizers.1.spec.beta1', 'tasks.0.model.filters'])
  assert.equal(problemAt(problems, 'optimizers.1.spec.beta1', 'Beta1'), 'Beta1 must be below 1 (received 3).')
})

test('what only the plan can tell stands at the entry, axis or field that its sentence names', () => {
  const tree = {
    kind: 'budget',
    base,
    schedules: [{ preset: 'x' }, { label: 'REX', spec: { kind: 'rex', lrStart: 0.1 } }],
    optimizers: [{ spec: { kind: 'adam' } }, { spec: { kind: 'adam' } }],
    tasks: [{ dataset: { name: 'nowhere' } }],
    axes: [
      { path: 'model', values: [] },
      { path: 'model.hidden', values: [] },
    ],
  }
  const at = (about: string) =>
    Object.entries(studyProblems(tree, `While planning the study: ${about}`)).map(([path, problem]) => [
      path,
      problem.sentence,
    ])
  // Of two that are the same the second is too many.
  assert.deepEqual(at('optimizer Adam: each optimizer must be there once.'), [
    ['optimizers.1', 'Each optimizer must be there once.'],
  ])
  assert.deepEqual(at('task nowhere, MLP 64: there is no such data set.'), [
    ['tasks.0', 'There is no such data set.'],
  ])
  assert.deepEqual(at('schedule REX at a budget of 1 %: too short.'), [
    ['schedules.1', 'At a budget of 1 %: too short.'],
  ])
  assert.deepEqual(at('axis model.hidden: must not be empty.'), [['axes.1', 'Must not be empty.']])
  assert.deepEqual(at('budgets: each budget must be there once.'), [
    ['budgets', 'Each budget must be there once.'],
  ])
  assert.deepEqual(at('9 runs are too many.'), [])
})
