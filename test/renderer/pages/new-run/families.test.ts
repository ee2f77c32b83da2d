import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { modelSpec, optimizerSpec } from '../../../../shared/run/spec.ts'
import {
  compileSchedule,
  parseSchedule,
  presets,
  scheduleFamilies,
  scheduleKinds,
} from '../../../../shared/schedule/index.ts'
import { families, familyOf } from '../../../../src-renderer/pages/new-run/model/families.ts'
import { models, optimizers } from '../../../../src-renderer/pages/new-run/model/runFields.ts'
import { switchFamily } from '../../../../src-renderer/pages/new-run/model/switchFamily.ts'
import { setAt } from '../../../../src-renderer/pages/new-run/model/tree.ts'

/** What is not a field but a schedule, or a list of them. */
const inner = new Set(['schedule', 'pieces', 'factors'])

test('every family of the core is offered, with every one of its fields and what each does', () => {
  assert.deepEqual(
    families.map(({ kind }) => kind),
    scheduleKinds,
  )
  for (const { kind, schema } of scheduleFamilies) {
    const fields = familyOf(kind)?.fields ?? []
    const known = Object.keys(schema.shape).filter((key) => key !== 'kind' && !inner.has(key))
    assert.deepEqual(fields.map(({ key }) => key).toSorted(), known.toSorted(), kind)
    for (const { key, label } of fields) assert.ok(label.length > 0 && label.length <= 22, `${kind}.${key}`)
  }
})

test('every choice that is offered is one of the schema’s, all of them are, and each says what it does', () => {
  for (const { kind, schema } of scheduleFamilies) {
    for (const { key, type } of familyOf(kind)?.fields ?? []) {
      const field = schema.shape[key]
      assert.ok(field)
      if (type.is !== 'choice') {
        assert.ok(!(unwrapped(field) instanceof z.ZodEnum), `${kind}.${key} offers no choice`)
        continue
      }
      for (const [value, label, help] of type.options) {
        assert.ok(parses(field, value), `${kind}.${key} ${value}`)
        assert.ok(label !== '' && /^[A-Z].*\.$/.test(help ?? ''), `${kind}.${key} ${value}: ${help}`)
      }
      assert.ok(!parses(field, 'none of them'), `${kind}.${key}`)
    }
  }
})

const unwrapped = (field: z.core.$ZodType): z.core.$ZodType =>
  field instanceof z.ZodDefault || field instanceof z.ZodOptional ? unwrapped(field.def.innerType) : field

const parses = (schema: z.core.$ZodType, value: unknown): boolean => {
  const done = schema._zod.run({ value, issues: [] }, { async: false })
  return !(done instanceof Promise) && done.issues.length === 0
}

test('changing from any preset to any family gives a schedule that compiles, with the same highest rate', () => {
  const plan = { totalSteps: 1680, stepsPerEpoch: 140 }
  for (const preset of presets) {
    for (const kind of scheduleKinds) {
      if (preset.spec.kind === 'plateau' && (kind === 'sequence' || kind === 'chain')) continue
      const spec = parseSchedule(switchFamily(preset.spec, kind))
      assert.equal(spec.kind, kind)
      const { range } = compileSchedule(spec, plan)
      assert.ok(range.lrMax > 0, `${preset.id} to ${kind}`)
    }
  }
  const sgdr = switchFamily(parseSchedule({ kind: 'cosine', lrStart: 0.037, unit: 'epoch' }), 'sgdr')
  assert.equal(compileSchedule(parseSchedule(sgdr), plan).at(0).lr, 0.037)
})

test('the momentum that 1cycle starts with stays behind with it; one of the user’s own goes along', () => {
  const constant = parseSchedule({ kind: 'constant', lr: 0.1 })
  const there = switchFamily(constant, 'oneCycle')
  for (const kind of ['rex', 'cosine', 'formula', 'plateau', 'sgdr'] as const) {
    assert.equal(parseSchedule(switchFamily(there, kind)).momentum, undefined, kind)
    const momentum = { curve: 'inverse', low: 0.8, high: 0.95 }
    const own = parseSchedule(switchFamily(setAt(there, ['momentum'], momentum), kind))
    assert.deepEqual(own.momentum, momentum, kind)
  }
})

test('a warm-up and a chain put around a schedule leave it as it is', () => {
  const plan = { totalSteps: 1000, stepsPerEpoch: 100 }
  const old = parseSchedule({ kind: 'rex', lrStart: 0.2 })
  const chained = compileSchedule(parseSchedule(switchFamily(old, 'chain')), plan)
  const alone = compileSchedule(old, plan)
  for (let step = 0; step < 1000; step += 37) assert.equal(chained.at(step).lr, alone.at(step).lr)
  const warm = compileSchedule(parseSchedule(switchFamily(old, 'warmup')), plan)
  assert.equal(warm.at(100).lr, 0.2)
})

test('models and optimizers start from what the core takes, and every field of them is asked for', () => {
  for (const [kinds, schema] of [
    [models, modelSpec],
    [optimizers, optimizerSpec],
  ] as const) {
    for (const [kind, { fields, start }] of Object.entries(kinds)) {
      const parsed = schema.safeParse({ kind, ...start })
      assert.ok(parsed.success, kind)
      const names = Object.keys(parsed.data).filter((key) => key !== 'kind')
      assert.deepEqual(fields.map(({ key }) => key).toSorted(), names.toSorted(), kind)
      // All that a field leaves out, the schema fills in: nothing the form shows comes from elsewhere.
      assert.deepEqual(Object.keys({ kind, ...start }).toSorted(), Object.keys(parsed.data).toSorted())
    }
  }
})

test('the tree copies only what lies on the path', () => {
  const tree = { a: { b: [1, 2] }, c: { d: 1 } }
  const next = setAt(tree, ['a', 'b', 1], 5)
  assert.deepEqual(next, { a: { b: [1, 5] }, c: { d: 1 } })
  assert.ok(typeof next === 'object' && next !== null && 'c' in next)
  assert.equal(next.c, tree.c)
  assert.deepEqual(tree.a.b, [1, 2])
  assert.deepEqual(setAt({ a: 1, b: 2 }, ['a'], undefined), { b: 2 })
  assert.deepEqual(Object.keys(Object(setAt({ a: 1, b: 2 }, ['a'], 3))), ['a', 'b'])
})
