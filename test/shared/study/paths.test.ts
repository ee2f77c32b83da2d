import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseRunSpec } from '../../../shared/run/spec.ts'
import { scheduleFamilies } from '../../../shared/schedule/index.ts'
import { asJsonObject } from '../../../shared/study/json.ts'
import { axisFields, schemaAt, setAt } from '../../../shared/study/paths.ts'

const budget = { epochs: 3 }
const baseOf = (schedule: object, more: object = {}) => parseRunSpec({ schedule, budget, ...more })
const cosine = { kind: 'cosine', lrStart: 0.1 }

const fieldOf = (path: string, base = baseOf(cosine)) => axisFields(base).find((field) => field.path === path)

test('a field has its type, limits and words from the schema of the spec', () => {
  const lrStart = fieldOf('schedule.lrStart')
  assert.equal(lrStart?.type, 'number')
  assert.deepEqual(lrStart?.limits, { least: 0, most: 1e6 })
  assert.equal(lrStart?.label, 'First rate')
  assert.equal(lrStart?.unit, 'rate')
  assert.equal(lrStart?.scale, 'log')
  assert.equal(lrStart?.value, 0.1)
  assert.deepEqual(fieldOf('optimizer.momentum')?.limits, { least: 0, below: 1 })
  assert.deepEqual(fieldOf('budget.epochs')?.limits, { above: 0, most: 1e6 })
  assert.equal(fieldOf('batchSize')?.type, 'integer')
  assert.equal(fieldOf('optimizer.nesterov')?.type, 'flag')
  assert.equal(fieldOf('model.hidden')?.type, 'numbers')
  assert.equal(fieldOf('dataset.name')?.type, 'text')
  assert.deepEqual(fieldOf('schedule.unit')?.choices, ['step', 'epoch', 'budget'])
  assert.deepEqual(fieldOf('optimizer.kind')?.choices, ['sgd', 'rmsprop', 'adam', 'adamw'])
})

test('only the fields that a base has are offered', () => {
  const adam = baseOf(cosine, { optimizer: { kind: 'adam' } })
  assert.equal(fieldOf('optimizer.momentum', adam), undefined)
  assert.equal(fieldOf('optimizer.beta1', adam)?.value, 0.9)
  assert.equal(fieldOf('budget.steps'), undefined)
  assert.equal(fieldOf('name'), undefined)
  assert.equal(fieldOf('snapshots.at'), undefined)
})

test('fields inside of composed schedules are found by their place', () => {
  const base = baseOf({
    kind: 'sequence',
    pieces: [{ schedule: { kind: 'constant', lr: 0.1 }, length: 1 }, { schedule: cosine }],
  })
  assert.equal(fieldOf('schedule.pieces.0.schedule.lr', base)?.label, 'Rate')
  assert.equal(fieldOf('schedule.pieces.0.length', base)?.type, 'number')
  assert.equal(fieldOf('schedule.pieces.1.schedule', base)?.type, 'part')
  assert.equal(fieldOf('schedule.pieces.1.schedule.kind', base)?.type, 'choice')
})

test('every field that a form offers can be set to the value it has', () => {
  for (const { kind, start } of scheduleFamilies) {
    const inner = { schedule: cosine, pieces: [{ schedule: cosine }], factors: [cosine] }
    const parts =
      kind === 'warmup' ? { schedule: cosine } : kind === 'sequence' ? { pieces: inner.pieces } : {}
    const factors = kind === 'chain' ? { factors: inner.factors } : {}
    const needed = kind === 'polynomial' ? { power: 2 } : {}
    const base = baseOf({ kind, ...start, ...parts, ...factors, ...needed })
    const tree = asJsonObject(base)
    for (const { path, value } of axisFields(base)) {
      assert.notEqual(schemaAt(tree, path), undefined, path)
      if (value === undefined) continue
      assert.deepEqual(parseRunSpec(setAt(tree, path, value)), base, `${kind}: ${path}`)
    }
  }
})

test('another kind keeps the fields that both have, and the highest rate', () => {
  const tree = asJsonObject(
    baseOf({ ...cosine, unit: 'step' }, { optimizer: { kind: 'sgd', weightDecay: 1e-4 } }),
  )
  const sgdr = parseRunSpec(setAt(tree, 'schedule.kind', 'sgdr')).schedule
  assert.ok(sgdr.kind === 'sgdr' && sgdr.lrMax === 0.1 && sgdr.unit === 'step')
  const { optimizer } = parseRunSpec(setAt(tree, 'optimizer.kind', 'adam'))
  assert.ok(optimizer.kind === 'adam' && optimizer.weightDecay === 1e-4)
})

test('every kind of schedule can be made of a cosine by its name, but for those made of others', () => {
  const tree = asJsonObject(baseOf(cosine))
  const needParts = ['sequence', 'chain', 'warmup']
  for (const { kind } of scheduleFamilies) {
    if (needParts.includes(kind)) continue
    assert.equal(parseRunSpec(setAt(tree, 'schedule.kind', kind)).schedule.kind, kind)
  }
})

test('a budget in steps takes the place of one in epochs', () => {
  assert.deepEqual(parseRunSpec(setAt(asJsonObject(baseOf(cosine)), 'budget.steps', 50)).budget, {
    steps: 50,
  })
})
