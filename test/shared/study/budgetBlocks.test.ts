import assert from 'node:assert/strict'
import { test } from 'node:test'
import { budgetBlocks } from '../../../shared/study/budgetBlocks.ts'
import { rankedScores } from '../../../shared/study/budgetScopes.ts'
import { cellInfo, seedsOf } from './cellInfos.ts'

const byValidation = { part: 'validation', of: 'accuracy' } as const

test('at each place schedules are compared over their seeds, budgets ascending, in the order of the study', () => {
  const cells = [
    ...seedsOf('REX', 1, [0.9, 0.92]),
    ...seedsOf('Step', 1, [0.8, 0.8]),
    ...seedsOf('REX', 0.1, [0.5, 0.5]),
    ...seedsOf('Step', 0.1, [0.6, 0.6]),
  ]
  const [low, high] = budgetBlocks(cells, byValidation)
  assert.deepEqual([low?.budget, low?.steps, high?.budget, high?.steps], [0.1, 100, 1, 1000])
  assert.deepEqual(
    low?.outcomes.map(({ schedule, place, mean }) => [schedule, place, mean]),
    [
      ['REX', 2, 0.5],
      ['Step', 1, 0.6],
    ],
  )
  assert.deepEqual(
    high?.outcomes.map(({ place, n }) => [place, n]),
    [
      [1, 2],
      [2, 2],
    ],
  )
})

test('tasks and optimizers are compared by themselves', () => {
  const cells = ['A', 'B'].flatMap((task) =>
    ['SGD', 'Adam'].flatMap((optimizer) => seedsOf('REX', 1, [0.5], { settings: { task, optimizer } })),
  )
  assert.deepEqual(
    budgetBlocks(cells, byValidation).map(({ task, optimizer }) => `${task} ${optimizer}`),
    ['A SGD', 'A Adam', 'B SGD', 'B Adam'],
  )
})

test('what lies within the standard error of the difference to the best is level with it', () => {
  // Deviations 0.1·√2/… by hand: each pair ±0.05 has deviation 0.0707 and error 0.05, two of them 0.0707 together.
  const cells = [
    ...seedsOf('A', 1, [0.75, 0.85]),
    ...seedsOf('B', 1, [0.69, 0.79]),
    ...seedsOf('C', 1, [0.65, 0.75]),
  ]
  const [only] = budgetBlocks(cells, byValidation)
  assert.deepEqual(
    only?.outcomes.map(({ place, isLevel }) => [place, isLevel]),
    [
      [1, true],
      [2, true],
      [3, false],
    ],
  )
})

test('of single seeds nothing is known of their error: only equals are level', () => {
  const [only] = budgetBlocks([...seedsOf('A', 1, [0.8]), ...seedsOf('B', 1, [0.79999])], byValidation)
  assert.deepEqual(
    only?.outcomes.map(({ isLevel }) => isLevel),
    [false, false],
  )
})

test('a lower loss is better, and the test part is judged by the test part', () => {
  const cells = ['A', 'B'].map((schedule, i) =>
    cellInfo({ settings: { schedule }, validationLoss: 1 + i, testLoss: 2 - i }),
  )
  const places = (part: 'validation' | 'test') =>
    budgetBlocks(cells, { part, of: 'loss' })[0]?.outcomes.map(({ place }) => place)
  assert.deepEqual(places('validation'), [1, 2])
  assert.deepEqual(places('test'), [2, 1])
})

test('a schedule of which a run diverged ranks last, and its other runs are still told', () => {
  const [only] = budgetBlocks(
    [...seedsOf('A', 1, [0.99, null]), ...seedsOf('B', 1, [0.1, 0.1]), ...seedsOf('C', 1, [null, null])],
    byValidation,
  )
  assert.deepEqual(
    only?.outcomes.map(({ place, n, diverged }) => [place, n, diverged.length]),
    [
      [2, 1, 1],
      [1, 2, 0],
      [2, 0, 2],
    ],
  )
  assert.equal(only?.isDone, true)
})

test('a schedule whose runs were all deleted or broken is not ranked: its comparison is left out', () => {
  const cells = [
    ...seedsOf('A', 1, [0.5]),
    cellInfo({ settings: { schedule: 'B' }, status: 'deleted' }),
    ...seedsOf('A', 0.1, [0.5]),
    ...seedsOf('B', 0.1, [null]),
  ]
  const blocks = budgetBlocks(cells, byValidation)
  assert.deepEqual(
    blocks.map(({ budget, isDone }) => [budget, isDone]),
    [
      [0.1, true],
      [1, false],
    ],
  )
  assert.deepEqual(rankedScores(blocks, 'all', byValidation), [[0.5, Number.NEGATIVE_INFINITY]])
})

test('the same scores in another order are equal, whatever the last bit of their sums', () => {
  const [only] = budgetBlocks(
    [...seedsOf('A', 1, [0.1, 0.2, 0.3]), ...seedsOf('B', 1, [0.3, 0.2, 0.1])],
    byValidation,
  )
  assert.notEqual(only?.outcomes[0]?.mean, only?.outcomes[1]?.mean)
  assert.deepEqual(
    only?.outcomes.map(({ place }) => place),
    [1, 1],
  )
})

test('what is still to come has no place, and its comparison is not ranked before it ends', () => {
  const cells = [
    ...seedsOf('A', 0.1, [0.5]),
    ...seedsOf('B', 0.1, [0.6]),
    ...seedsOf('A', 1, [0.7]),
    cellInfo({ settings: { schedule: 'B' }, status: 'queued' }),
    cellInfo({ settings: { schedule: 'B' }, status: 'deleted', seed: 2, validationAccuracy: 0.9 }),
  ]
  const comparisons = budgetBlocks(cells, byValidation)
  const late = comparisons[1]?.outcomes[1]
  assert.deepEqual([late?.place, late?.open, late?.lost, late?.n], [undefined, 1, 1, 0])
  assert.deepEqual(rankedScores(comparisons, 'all', byValidation), [[0.5, 0.6]])
  assert.deepEqual(rankedScores(comparisons, 'high', byValidation), [])
})

test('10 % is a low budget, 25 % a high one, and losses are turned round', () => {
  const cells = [0.01, 0.1, 0.25, 1].map((budget) =>
    cellInfo({ settings: { schedule: 'A' }, budget, validationLoss: budget }),
  )
  const score = { part: 'validation', of: 'loss' } as const
  const comparisons = budgetBlocks(cells, score)
  assert.deepEqual(rankedScores(comparisons, 'low', score), [[-0.01], [-0.1]])
  assert.deepEqual(rankedScores(comparisons, 'high', score), [[-0.25], [-1]])
})

test('a schedule whose rate is being tuned is still to come, and then has the factor that was found', () => {
  const tuning = (schedule: string, given: Partial<Parameters<typeof cellInfo>[0]>) =>
    cellInfo({ settings: { schedule, rateFactor: 3 }, role: 'tuning', ...given })
  const [only] = budgetBlocks(
    [
      tuning('A', { validationAccuracy: 1 }),
      tuning('B', { status: 'running' }),
      tuning('C', { status: 'failed', diverged: { step: 1, lr: 9 } }),
      tuning('D', { validationAccuracy: 0.7 }),
      ...seedsOf('D', 1, [0.6], { settings: { rateFactor: 0.3 } }),
    ],
    byValidation,
  )
  assert.deepEqual(
    only?.outcomes.map(({ schedule, isTuning, open, diverged, n, rateFactor }) => [
      schedule,
      isTuning,
      open,
      diverged.length,
      n,
      rateFactor,
    ]),
    [
      ['A', true, 1, 0, 0, undefined],
      ['B', true, 1, 0, 0, undefined],
      ['C', false, 0, 1, 0, undefined],
      ['D', false, 0, 0, 1, 0.3],
    ],
  )
})
