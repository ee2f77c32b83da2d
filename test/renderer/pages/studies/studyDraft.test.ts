import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseRunSpec } from '../../../../shared/run/spec.ts'
import { studySpec } from '../../../../shared/study/spec.ts'
import {
  freshStudy,
  keepStudy,
  kindOf,
  readStudyJson,
  recallStudy,
  startOf,
  switchKind,
  trunkOf,
} from '../../../../src-renderer/pages/studies/new/studyDraft.ts'

const base = parseRunSpec({
  schedule: { kind: 'sgdr', lrMax: 0.2, t0: 1 },
  budget: { epochs: 3 },
})

test('what the form starts with is a study of each kind, around the rate of its base', () => {
  for (const kind of ['sweep', 'budget', 'trunk'] as const) studySpec.parse(startOf(kind, base))
  const sweep = studySpec.parse(startOf('sweep', base))
  assert.ok(sweep.kind === 'sweep')
  assert.deepEqual(sweep.axes[0], {
    path: 'schedule.lrMax',
    values: { from: 0.02, to: 2, count: 5, scale: 'log' },
  })
})

test('another kind keeps the base and the name, and what was written comes back with its own', () => {
  const draft = freshStudy('sweep', base)
  const named = { ...draft, tree: { ...Object(draft.tree), name: 'mine', seeds: [7] } }
  const trunk = switchKind(named, 'trunk')
  assert.equal(kindOf(trunk.tree), 'trunk')
  assert.equal(Reflect.get(Object(trunk.tree), 'name'), 'mine')
  assert.deepEqual(Reflect.get(Object(switchKind(trunk, 'sweep').tree), 'seeds'), [7])
})

test('the trunk of a budget study has its base, budgets and seeds', () => {
  const trunk = studySpec.parse(trunkOf({ ...startOf('budget', base), budgets: [0.5, 1], seeds: [4] }))
  assert.ok(trunk.kind === 'trunk')
  assert.deepEqual([trunk.budgets, trunk.seeds, trunk.lr, trunk.separate], [[0.5, 1], [4], 0.2, false])
  assert.equal(trunk.warmup, 0.05)
  const short = studySpec.parse(trunkOf({ ...startOf('budget', base), budgets: [0.05, 1] }))
  assert.ok(short.kind === 'trunk')
  assert.equal(short.warmup, 0.025, 'the warm-up leaves room for the cool-down of the smallest budget')
})

test('text that is no JSON changes nothing and is told in a sentence', () => {
  assert.ok('problem' in readStudyJson('{"kind": '))
  assert.ok('problem' in readStudyJson('[1]'))
  assert.deepEqual(readStudyJson('{"kind": "sweep"}'), { tree: { kind: 'sweep' } })
})

test('a draft survives a reload; what cannot be read is no draft', () => {
  const held = new Map<string, string>()
  const shelf = {
    getItem: (key: string) => held.get(key) ?? null,
    setItem: (key: string, value: string) => void held.set(key, value),
    removeItem: (key: string) => void held.delete(key),
  }
  const draft = freshStudy('trunk', base)
  keepStudy(shelf, draft)
  assert.deepEqual(recallStudy(shelf)?.tree, JSON.parse(JSON.stringify(draft.tree)))
  held.set('anneal.newStudy', '{"tree": 3}')
  assert.equal(recallStudy(shelf), undefined)
})
