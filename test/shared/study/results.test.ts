import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { keyOf, readKey, rowOf, settingOf } from '../../../shared/study/cellKey.ts'
import { planStudy } from '../../../shared/study/planStudy.ts'
import { bestFirst, compareRows, leadingOf, resultRows } from '../../../shared/study/results.ts'
import { differenceOf, spreadOf } from '../../../shared/study/spread.ts'
import { host } from './host.ts'
import { diverged, ended, waiting } from './outcomes.ts'

const study = await planStudy(
  {
    kind: 'sweep',
    base: { schedule: { kind: 'cosine', lrStart: 0.1 }, budget: { epochs: 2 } },
    axes: [{ path: 'schedule.lrStart', values: [0.1, 0.2, 0.4] }],
    seeds: [1, 2, 3],
  },
  host,
)
/** Accuracies by rate, then by seed. */
const scored = (table: Readonly<Record<string, readonly number[]>>) =>
  study.cells.map((cell) =>
    ended(cell, table[String(cell.settings['schedule.lrStart'])]?.[cell.seed - 1] ?? 0),
  )

test('a row has mean, sample standard deviation, n and standard error over its seeds', () => {
  const [first] = resultRows(scored({ 0.1: [0.8, 0.82, 0.87] }), 'validationAccuracy')
  // By hand: deviations -0.03, -0.01, 0.04; squares 0.0026; /2, root.
  const { mean, n, standardDeviation, standardError } = first?.score ?? {}
  assert.ok(Math.abs((mean ?? 0) - 0.83) < 1e-12)
  assert.equal(n, 3)
  assert.ok(Math.abs((standardDeviation ?? 0) - Math.sqrt(0.0013)) < 1e-12)
  assert.ok(Math.abs((standardError ?? 0) - Math.sqrt(0.0013 / 3)) < 1e-12)
  assert.ok(Math.abs((first?.spreads.testAccuracy?.mean ?? 0) - 0.82) < 1e-12)
  assert.equal(first?.cells.length, 3)
  assert.equal(first?.seconds, 3)
})

test('mean, deviation of the sample and standard error are those computed by hand', () => {
  assert.deepEqual(spreadOf([2, 4, 9]), {
    mean: 5,
    n: 3,
    standardDeviation: Math.sqrt(13),
    standardError: Math.sqrt(13) / Math.sqrt(3),
  })
})

test('the spread of one value has no deviation, and of none there is no spread', () => {
  assert.deepEqual(spreadOf([0.5]), { mean: 0.5, n: 1, standardDeviation: null, standardError: null })
  assert.equal(spreadOf([]), null)
})

test('a difference within its standard error is none; of single runs nobody can tell', () => {
  const of = (...values: number[]) => spreadOf(values) ?? assert.fail()
  // Standard errors 0.1 and 0.1: that of the difference is 0.1414.
  assert.equal(differenceOf(of(0.4, 0.6), of(0.54, 0.74), true).verdict, 'same')
  assert.equal(differenceOf(of(0.4, 0.6), of(0.55, 0.75), true).verdict, 'second')
  assert.equal(differenceOf(of(0.4, 0.6), of(0.55, 0.75), false).verdict, 'first')
  // By hand both are 0.03; the last bit of the difference is another.
  assert.equal(differenceOf(of(0.01, 0.07), of(0.07, 0.07), true).verdict, 'same')
  assert.equal(differenceOf(of(0.4), of(0.9), true).verdict, 'unknown')
  assert.equal(differenceOf(of(0.4), of(0.4), true).verdict, 'same')
})

test('the best is chosen by validation, and what is not told apart from it is named', () => {
  const rows = resultRows(
    scored({ 0.1: [0.8, 0.82, 0.84], 0.2: [0.81, 0.83, 0.84], 0.4: [0.6, 0.61, 0.62] }),
    'validationAccuracy',
  )
  const leading = leadingOf(rows, 'validationAccuracy')
  assert.equal(leading?.best.settings['schedule.lrStart'], 0.2)
  assert.deepEqual(
    leading?.equals.map(({ settings }) => settings['schedule.lrStart']),
    [0.1],
  )
  assert.equal(leading?.next?.settings['schedule.lrStart'], 0.4)
  assert.ok(leading?.next)
  assert.equal(compareRows(leading.best, leading.next, 'validationAccuracy')?.verdict, 'first')
})

test('by loss the lowest is best', () => {
  const rows = resultRows(
    scored({ 0.1: [0.8, 0.8, 0.8], 0.2: [0.9, 0.9, 0.9], 0.4: [0.7, 0.7, 0.7] }),
    'validationLoss',
  )
  assert.deepEqual(
    bestFirst(rows, 'validationLoss').map(({ settings }) => settings['schedule.lrStart']),
    [0.2, 0.1, 0.4],
  )
})

test('a run that diverged is a result: its row is told, and comes behind every row without one', () => {
  const cells = study.cells.map((cell) => {
    const rate = cell.settings['schedule.lrStart']
    if (rate === 0.4) return cell.seed === 2 ? diverged(cell) : ended(cell, 0.95)
    return rate === 0.2 ? diverged(cell) : ended(cell, 0.5)
  })
  const rows = bestFirst(resultRows(cells, 'validationAccuracy'), 'validationAccuracy')
  assert.deepEqual(
    rows.map(({ settings, diverged: lost, score }) => [settings['schedule.lrStart'], lost, score?.n ?? 0]),
    [
      [0.1, 0, 3],
      [0.4, 1, 2],
      [0.2, 3, 0],
    ],
  )
})

test('runs that wait, were stopped or deleted are counted, and say nothing of their setting', () => {
  const [first] = resultRows(
    study.cells.map((cell) => {
      if (cell.seed === 1) return waiting(cell)
      return ended(cell, 0.9, { status: cell.seed === 2 ? 'stopped' : 'deleted' })
    }),
    'validationAccuracy',
  )
  assert.deepEqual([first?.unfinished, first?.lost, first?.diverged, first?.score], [1, 2, 0, null])
  assert.equal(leadingOf(first === undefined ? [] : [first], 'validationAccuracy'), undefined)
})

test('row and setting of a key are the key without seed, and without budget', () => {
  const key = fc.record({
    role: fc.constantFrom('cell' as const, 'tuning' as const, 'cooldown' as const),
    values: fc.dictionary(
      fc.constantFrom('seed', 'budget', 'dataset.seed', 'x"seed":1,'),
      // A run spec has no field of this name, and a parsed value never does.
      fc
        .jsonValue()
        .map((value) => JSON.parse(JSON.stringify(value)))
        .filter((value) => !JSON.stringify(value).includes('__proto__')),
    ),
    seed: fc.integer(),
    budget: fc.double({ min: 1e-6, max: 1, noNaN: true }),
    factor: fc.option(fc.double({ min: 0.01, max: 10, noNaN: true }), { nil: undefined }),
    shape: fc.option(fc.constantFrom('linear', '1-sqrt'), { nil: undefined }),
  })
  fc.assert(
    fc.property(key, fc.integer(), (one, seed) => {
      const text = keyOf(one)
      assert.equal(keyOf(readKey(text)), text)
      assert.equal(rowOf(text), rowOf(keyOf({ ...one, seed })))
      assert.equal(settingOf(text), settingOf(keyOf({ ...one, seed, budget: 0.123 })))
      const { seed: _, ...row } = JSON.parse(text)
      assert.deepEqual(JSON.parse(rowOf(text)), row)
      const { budget: __, ...setting } = row
      assert.deepEqual(JSON.parse(settingOf(text)), setting)
    }),
  )
})
