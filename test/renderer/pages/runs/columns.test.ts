import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { compileSchedule } from '../../../../shared/schedule/index.ts'
import { textOf } from '../../../../src-renderer/pages/runs/columns/column.ts'
import { columns, columnsOf, findColumn } from '../../../../src-renderer/pages/runs/columns/columns.ts'
import { deltaOf } from '../../../../src-renderer/pages/runs/columns/delta.ts'
import { factsOf, isResumable, secondsOf } from '../../../../src-renderer/pages/runs/facts.ts'
import { epoch, row } from './row.ts'

const at = new Map<string, number | null>([['a', 0.25]])
const text = (id: string, run = row('a')) => {
  const column = findColumn(id)
  assert.ok(column, id)
  return textOf(column, run, at).replaceAll('\u202f', ' ')
}

test('every column has a text for a run that has only just been made', () => {
  const bare = row('a', { device: null, startedAt: null, endedAt: null, stepsDone: 0, status: 'queued' })
  for (const column of columns) assert.equal(typeof textOf(column, bare, new Map()), 'string', column.id)
})

test('values with their units', () => {
  const run = row('a', { best: epoch(0.8768), last: epoch(0.5, { valLoss: 0.123456 }), tags: ['x', 'y'] })
  assert.equal(text('best', run), '87.7 %')
  assert.equal(text('valLoss', run), '0.1235')
  assert.equal(text('duration', run), '1 m 00 s')
  assert.equal(text('tags', run), 'x, y')
  assert.equal(text('testEnsemble', run), '–')
})

describe('what lies between a run and the baseline', () => {
  const base = row('base', { best: epoch(0.8), last: epoch(0.8, { valLoss: 0.5 }) })
  const delta = (id: string, run = row('a', { best: epoch(0.812), last: epoch(0.8, { valLoss: 0.25 }) })) => {
    const column = findColumn(id)
    assert.ok(column)
    return deltaOf(column, run, base, at)
  }
  test('signed, in percentage points, and which way is better', () => {
    assert.deepEqual(delta('best'), { text: '+1.2\u202fpp', isBetter: true })
    assert.deepEqual(delta('valLoss'), { text: '−0.250', isBetter: true })
    assert.deepEqual(delta('last'), { text: '±0.0\u202fpp', isBetter: undefined })
    assert.deepEqual(delta('best', row('b', { best: epoch(0.7) })), {
      text: '−10.0\u202fpp',
      isBetter: false,
    })
  })
  test('none of a run of other data, however its scores look beside them', () => {
    const flowers = row('flowers', { best: epoch(0.99), datasetId: 'flowers' })
    for (const { id } of columns) assert.equal(delta(id, flowers), undefined, id)
  })
  test('none of the baseline itself, of words, and of what is missing', () => {
    assert.equal(delta('best', base), undefined)
    assert.equal(delta('model'), undefined)
    assert.equal(delta('best', row('c')), undefined)
  })
})

test('the column at a step says of what and where, and shows it in that unit', () => {
  const [accuracy] = columnsOf(['at'], { series: 'accuracy', step: 1200 }, 'accuracy')
  const [rate] = columnsOf(['at'], { series: 'lr', step: 5 }, 'accuracy')
  assert.ok(accuracy && rate)
  assert.equal(accuracy.label, 'Accuracy @1\u202f200')
  assert.equal(textOf(accuracy, row('a'), at), '25.0\u202f%')
  assert.equal(textOf(rate, row('a'), at), '0.25')
  assert.equal(textOf(rate, row('other'), at), '–')
})

test('a score is only ever of the part of the data that its column names', () => {
  const ensemble = { id: 1, name: 'all', valAccuracy: 0.91, testAccuracy: 0.889 }
  const run = row('a', { best: epoch(0.897, { testAccuracy: 0.884 }), last: epoch(0.89), ensemble })
  const shown = columns
    .filter(({ part, isScore }) => isScore === true && part !== undefined)
    .map((column) => [column.part, column.label, text(column.id, run)])
  assert.deepEqual(shown, [
    ['validation', 'Best', '89.7 %'],
    ['validation', 'Last', '89.0 %'],
    ['validation', 'Ensemble', '91.0 %'],
    ['test', 'At best', '88.4 %'],
    ['test', 'Last', '–'],
    ['test', 'Ensemble', '88.9 %'],
  ])
  const bare = row('b', {
    best: epoch(null, { testAccuracy: 0.7 }),
    last: epoch(null, { testAccuracy: 0.6 }),
  })
  assert.deepEqual([text('best', bare), text('last', bare), text('test', bare)], ['–', '–', '70.0 %'])
})

test('told as errors, scores keep their order and what is better', () => {
  const best = epoch(0.9)
  const [column] = columnsOf(['best'], { series: 'accuracy', step: 1 }, 'error')
  assert.ok(column)
  assert.equal(column.about, 'Best validation error')
  assert.equal(textOf(column, row('a', { best }), at).replaceAll('\u202f', ' '), '10.0 %')
  const base = row('base', { best: epoch(0.8) })
  assert.deepEqual(deltaOf(column, row('a', { best }), base, at), { text: '−10.0\u202fpp', isBetter: true })
  assert.equal(column.value?.(row('a', { best }), at), 0.9)
})

test('the highest rate is the schedule’s own, however it is found', () => {
  const schedules = [
    { kind: 'sgdr', lrMax: 0.05, t0: 3, unit: 'epoch' },
    { kind: 'cosine', lrStart: 0.05 },
    { kind: 'step', lr: 0.1, stepSize: 2, gamma: 0.5, unit: 'epoch' },
    { kind: 'oneCycle', lrMax: 0.2 },
    { kind: 'cyclical', lrMin: 0.001, lrMax: 0.1, stepUp: 2, unit: 'epoch' },
    { kind: 'constant', lr: 0.3 },
  ]
  for (const schedule of schedules) {
    const run = row('a', {}, { schedule })
    const compiled = compileSchedule(run.spec.schedule, run.planned.plan, run.planned.edits)
    const highest = Math.max(...Array.from({ length: 100 }, (_, step) => compiled.at(step).lr))
    assert.ok(Math.abs(factsOf(run).lrMax - highest) < 1e-3 * highest + 5e-3, schedule.kind)
  }
})

test('what may be resumed, and how long a run took or has taken', () => {
  assert.equal(isResumable(row('a', { status: 'stopped', stepsDone: 100 })), false)
  assert.equal(isResumable(row('a', { status: 'stopped', stepsDone: 99 })), true)
  assert.equal(isResumable(row('a', { status: 'interrupted' })), true)
  assert.equal(isResumable(row('a', { status: 'running', stepsDone: 5 })), false)
  assert.equal(secondsOf(row('a')), 60)
  assert.equal(secondsOf(row('a', { endedAt: null }), 5000), 5)
  assert.equal(secondsOf(row('a', { startedAt: null })), null)
})

describe('a range test is no training result', () => {
  const scored = { best: epoch(0.9), last: epoch(0.8), spark: [0.5, 0.9] }
  const tested = row('a', { ...scored, kind: 'rateTest', status: 'stopped', stepsDone: 40 })
  test('whatever it measured, no score of it stands in the table', () => {
    const scores = columns.filter(({ isScore }) => isScore).map(({ id }) => id)
    for (const id of [...scores, 'valLoss', 'trainLoss'])
      if (findColumn(id)?.value !== undefined && id !== 'at') assert.equal(text(id, tested), '–', id)
  })
  test('nothing of it is compared with a baseline', () => {
    const column = findColumn('best')
    assert.ok(column)
    assert.equal(deltaOf(column, tested, row('base', { best: epoch(0.8) }), at), undefined)
  })
  test('it is not resumed', () => {
    assert.equal(isResumable(tested), false)
    assert.equal(isResumable(row('a', { status: 'stopped', stepsDone: 40 })), true)
  })
})
