import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { mapOf, stepsBetween } from '../../../../src-renderer/pages/compare/axes.ts'
import { configGroups, differenceCount } from '../../../../src-renderer/pages/compare/config.ts'
import { drawnOf, placesOf } from '../../../../src-renderer/pages/compare/places.ts'
import { scoreCells, scoresIn } from '../../../../src-renderer/pages/compare/scores.ts'
import { epoch, row } from '../runs/row.ts'

describe('settings', () => {
  const a = row('a', {}, { schedule: { kind: 'cosine', lrStart: 0.1 }, seed: 1 })
  const b = row('b', {}, { schedule: { kind: 'constant', lr: 0.1 }, seed: 2 })
  const differing = (...runs: Parameters<typeof configGroups>[0]) =>
    configGroups(runs)
      .flatMap(({ rows }) => rows)
      .filter(({ differs }) => differs)
      .map(({ label, values }) => [label, ...values])
  test('those that differ, and those that only one has', () => {
    const rows = differing(a, b)
    assert.deepEqual(
      rows.find(([label]) => label === 'seed'),
      ['seed', '1', '2'],
    )
    assert.deepEqual(
      rows.find(([label]) => label === 'kind'),
      ['kind', 'cosine', 'constant'],
    )
    assert.deepEqual(
      rows.find(([label]) => label === 'lr'),
      ['lr', undefined, '0.1'],
    )
    assert.ok(!rows.some(([label]) => label === 'batch size' || label === 'name'))
  })
  test('what matters most comes first, and kinds of schedules are one difference', () => {
    const groups = configGroups([a, b])
    assert.deepEqual(
      groups.map(({ title, isOfSeveralKinds }) => [title, isOfSeveralKinds]),
      [
        ['Schedule', true],
        ['Optimizer', false],
        ['Model', false],
        ['Training', false],
        ['Data', false],
      ],
    )
    assert.deepEqual(groups[0]?.rows[0], {
      label: 'highest rate',
      values: ['0.1', '0.1'],
      differs: false,
    })
    assert.equal(differenceCount(groups), 2)
  })
  test('none of one run, or of the same twice', () => {
    assert.deepEqual(differing(a), [])
    assert.deepEqual(differing(a, a), [])
  })
})

describe('scores', () => {
  const scores = scoresIn('accuracy')
  const best = scores.find(({ id }) => id === 'best')
  const speed = scores.find(({ id }) => id === 'speed')
  assert.ok(best && speed)
  const runs = [row('a', { best: epoch(0.8) }), row('b', { best: epoch(0.9) }), row('c')]
  test('the best stands out, and each says how far it is from the baseline', () => {
    const cells = scoreCells(best, runs, () => [], runs[0])
    assert.deepEqual(cells[0], { text: '80.0\u202f%', isTop: false })
    assert.deepEqual(cells[1], { text: '90.0\u202f%', isTop: true, delta: '+10.0\u202fpp', isBetter: true })
    assert.deepEqual(cells[2], { text: '–', isTop: false })
  })
  test('runs of other data get no difference, and none of all is the best', () => {
    const other = row('d', { best: epoch(0.95), datasetId: 'other' })
    const cells = scoreCells(best, [...runs, other], () => [], runs[0])
    assert.deepEqual(cells[3], { text: '95.0\u202f%', isTop: false })
    assert.deepEqual(cells[1], { text: '90.0\u202f%', isTop: false, delta: '+10.0\u202fpp', isBetter: true })
  })
  test('as errors the lowest is best', () => {
    const [error] = scoresIn('error')
    assert.ok(error)
    const [, cell] = scoreCells(error, runs, () => [], runs[0])
    assert.deepEqual(cell, { text: '10.0\u202f%', isTop: true, delta: '−10.0\u202fpp', isBetter: true })
  })
  test('speed is examples over the seconds of the training steps, evaluations and pauses left out', () => {
    const epochs = [
      epoch(0.5, { step: 9, seconds: 4, trainingSeconds: 2 }),
      // Of an older version, which told one time only.
      epoch(0.6, { epoch: 2, step: 19, seconds: 3, trainingSeconds: null }),
    ]
    const [cell] = scoreCells(speed, runs.slice(0, 1), () => epochs, undefined)
    assert.equal(cell?.text, `${(20 * (runs[0]?.spec.batchSize ?? 0)) / 5}/s`)
  })
})

describe('axes', () => {
  const run = row('a')
  test('each run by its own plan', () => {
    assert.equal(mapOf('step', run, []).toX(9), 10)
    assert.equal(mapOf('epoch', run, []).toX(9), 1)
    assert.equal(mapOf('part', run, []).toX(99), 1)
    assert.equal(mapOf('time', run, [epoch(0.5, { step: 9, seconds: 4 })]).toX(9), 4)
  })
  test('steps between two places, with a neighbour on both sides; none where the run has none', () => {
    assert.deepEqual(stepsBetween(mapOf('epoch', run, []), [1, 2], 100), { fromStep: 8, toStep: 20 })
    assert.deepEqual(stepsBetween(mapOf('part', run, []), [0, 1], 100), { fromStep: 0, toStep: 99 })
    assert.equal(stepsBetween(mapOf('step', run, []), [500, 600], 100), undefined)
  })
})

test('colour and dash change with every place, and names that are the same are told apart', () => {
  const places = placesOf(
    [row('one'), row('two-aaaa', { name: 'x' }), row('two-bbbb', { name: 'x' })],
    'step',
    () => [],
  )
  assert.deepEqual(
    places.map(({ label }) => label),
    ['one', 'x (aaaa)', 'x (bbbb)'],
  )
  const many = placesOf(
    Array.from({ length: 40 }, (_, i) => row(`r${i}`)),
    'step',
    () => [],
  )
  assert.equal(new Set(many.map(({ color, dash }) => `${color} ${dash}`)).size, 40)
})

test('the first thirty that are not hidden are drawn', () => {
  const ids = Array.from({ length: 35 }, (_, i) => `r${i}`)
  const { drawn, left } = drawnOf(ids, new Set(['r0', 'r1']))
  assert.equal(drawn.size, 30)
  assert.equal(left, 3)
  assert.ok(!drawn.has('r1') && drawn.has('r31') && !drawn.has('r32'))
})
