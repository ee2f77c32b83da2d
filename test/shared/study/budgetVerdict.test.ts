import assert from 'node:assert/strict'
import { test } from 'node:test'
import { budgetBlocks } from '../../../shared/study/budgetBlocks.ts'
import { budgetVerdict, pText } from '../../../shared/study/budgetVerdict.ts'
import { cellInfo, seedsOf } from './cellInfos.ts'

const score = { part: 'validation', of: 'accuracy' } as const
const rejects = { meanRank: [1, 2, 3], friedman: { chiSquared: 9, p: 0.01 }, criticalDifference: 1.5 }

const threeAt = (budget: number, a: number, b: number, c: number) =>
  [a, b, c].flatMap((mean, i) =>
    seedsOf(['REX', 'Linear', 'None'][i] ?? '', budget, [mean - 0.01, mean + 0.01]),
  )

test('what won where, and which ranks cannot be told apart', () => {
  const cells = [
    ...threeAt(0.01, 0.5, 0.4, 0.3),
    ...threeAt(0.1, 0.5, 0.4, 0.3),
    ...threeAt(1, 0.8, 0.9, 0.3),
  ]
  assert.deepEqual(budgetVerdict(budgetBlocks(cells, score), score, rejects), [
    'By mean validation accuracy, REX came first most often at low budgets (up to 10 %), in 2 of 2 comparisons; Linear came first most often at high budgets (above 10 %), in 1 of 1 comparison.',
    'In each, the best is ahead by more than the standard error of the difference.',
    'Over all budgets REX has the best mean rank, 1.00 of 3: it ranks better than None, and cannot be told apart from Linear (Friedman p = 0.010, Nemenyi at 5 %).',
  ])
})

test('where Friedman’s test does not reject, that is said, and a best within its error is no winner', () => {
  const cells = [...threeAt(0.25, 0.5, 0.5, 0.505), ...threeAt(1, 0.9, 0.8, 0.7)]
  const said = budgetVerdict(budgetBlocks(cells, score), score, {
    ...rejects,
    friedman: { chiSquared: 1, p: 0.31 },
  })
  assert.deepEqual(said, [
    'By mean validation accuracy, REX and None came first most often at high budgets (above 10 %), each in 1 of 2 comparisons.',
    'In 1 of 2 comparisons another schedule is within the standard error of the best: there, no winner.',
    'Over 2 comparisons Friedman’s test finds no difference between the schedules’ ranks (p = 0.31).',
  ])
})

test('divergences, single seeds and comparisons that wait are said', () => {
  const cells = [
    ...seedsOf('REX', 0.1, [0.5]),
    ...seedsOf('None', 0.1, [null]),
    ...seedsOf('REX', 1, [0.5]),
    cellInfo({ settings: { schedule: 'None' }, status: 'running' }),
  ]
  assert.deepEqual(budgetVerdict(budgetBlocks(cells, score), score, null), [
    'By mean validation accuracy, REX came first most often at low budgets (up to 10 %), in 1 of 1 comparison.',
    'With one seed each, no difference in the table can be told from chance.',
    'Mean ranks need two comparisons or more.',
    'Diverged: 1 run of None. Where a run of it did, a schedule ranks last.',
    '1 of 2 comparisons lack a result of some schedule, and are left out.',
  ])
})

test('a study that has only begun says that there is nothing to compare', () => {
  const cells = [cellInfo({ settings: { schedule: 'REX' }, status: 'queued' })]
  assert.deepEqual(budgetVerdict(budgetBlocks(cells, score), score, null), [
    'No budget has been trained with every schedule yet, so nothing can be compared by validation accuracy.',
  ])
})

test('p as it is told', () => {
  assert.deepEqual([0.0312, 1e-7, 1].map(pText), ['0.031', 'below 0.001', '1.0'])
})
