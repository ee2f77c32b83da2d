import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lineageOf } from '../../../shared/run/lineage.ts'
import { type OriginKind, originOf } from '../../../shared/run/origin.ts'
import { parseRunSpec, type RunSpec } from '../../../shared/run/spec.ts'
import { changeText, specChanges } from '../../../shared/run/specChanges.ts'

interface Run {
  readonly id: string
  readonly name: string
  readonly createdAt: number
  readonly origin: ReturnType<typeof originOf> | null
}

const root = (id: string): Run => ({ id, name: id, createdAt: 0, origin: null })
const child = (id: string, parent: Run, createdAt: number, kind: OriginKind = 'branch'): Run => ({
  id,
  name: id,
  createdAt,
  origin: originOf(kind, parent, 10, 'sha'),
})

test('a family stands under its first run, children in the order in which they were made', () => {
  const trunk = root('trunk')
  const late = child('late', trunk, 3)
  const early = child('early', trunk, 1)
  const grandchild = child('grandchild', early, 2, 'fineTune')
  const other = root('other')
  const runs = new Map([other, grandchild, late, early, trunk].map((run) => [run.id, run]))
  for (const id of ['trunk', 'late', 'grandchild']) {
    const nodes = lineageOf(runs, id).map(({ runId, depth }) => [runId, depth])
    assert.deepEqual(nodes, [
      ['trunk', 0],
      ['early', 1],
      ['grandchild', 2],
      ['late', 1],
    ])
  }
  assert.equal(lineageOf(runs, 'other').length, 1)
})

test('what was deleted stands there by the name it had', () => {
  const trunk = root('trunk')
  const a = child('a', trunk, 1)
  const b = child('b', trunk, 2)
  const nodes = lineageOf(new Map([a, b].map((run) => [run.id, run])), 'b')
  assert.deepEqual(
    nodes.map(({ name, run }) => [name, run?.id]),
    [
      ['trunk', undefined],
      ['a', 'a'],
      ['b', 'b'],
    ],
  )
})

test('the place in the stream of batches is that of all ancestors together; fine-tuning begins anew', () => {
  const trunk = root('trunk')
  const first = child('first', trunk, 1)
  assert.equal(originOf('branch', first, 7, null).streamFrom, 17)
  assert.equal(originOf('fineTune', first, 7, null).streamFrom, 0)
  assert.deepEqual(originOf('again', first, 7, 'x'), {
    kind: 'again',
    runId: 'first',
    runName: 'first',
    stepsDone: 0,
    weightsSha256: null,
    streamFrom: 0,
  })
})

test('what a spec has otherwise is told part by part: another kind in a word, else field by field', () => {
  const spec = (change: object): RunSpec =>
    parseRunSpec({ schedule: { kind: 'constant', lr: 0.1 }, budget: { epochs: 3 }, ...change })
  const changes = (to: object, from: object = {}): string[] =>
    specChanges(spec(from), spec(to)).map(changeText)
  assert.deepEqual(changes({ name: 'another' }), [])
  assert.deepEqual(changes({ schedule: { kind: 'constant', lr: 0.2 }, seed: 4 }), [
    'schedule.lr 0.1 → 0.2',
    'seed 1 → 4',
  ])
  assert.deepEqual(changes({ budget: { steps: 1 } }), ['budget 3 epochs → 1 step'])
  assert.deepEqual(changes({ optimizer: { kind: 'adam' } }), ['optimizer sgd → adam'])
  assert.deepEqual(changes({ model: { kind: 'mlp', hidden: [3, 4] } }), ['model.hidden 256 → 3, 4'])
  const momentum = { curve: 'inverse', low: 0.8, high: 0.9 }
  const moving = changes(
    { schedule: { kind: 'oneCycle', lrMax: 1, momentum } },
    { schedule: { kind: 'oneCycle', lrMax: 1 } },
  )
  assert.ok(moving.includes('schedule.momentum.low 0.8'), moving.join('; '))
})
