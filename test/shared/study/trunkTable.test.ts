import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { StudyCellInfo } from '../../../shared/api/studies.ts'
import { trunkCost, trunkTables } from '../../../shared/study/trunkTable.ts'
import { cellInfo } from './cellInfos.ts'

const score = { part: 'validation', of: 'accuracy' } as const

/** A trunk of 800 steps, from which 10, 50 and 100 % of 1000 steps are cooled down over their last fifth. */
const study = (trunk: Record<number, number[]>, separate: Record<number, number[]>): StudyCellInfo[] => [
  ...[1, 2].map((seed) => cellInfo({ role: 'trunk', seed, totalSteps: 800 })),
  ...Object.entries(trunk).flatMap(([budget, accuracies]) =>
    accuracies.map((validationAccuracy, i) =>
      cellInfo({
        role: 'cooldown',
        settings: { schedule: 'trunk, 1-sqrt cool-down' },
        budget: Number(budget),
        seed: i + 1,
        after: { key: '', stepsDone: 800 * Number(budget) },
        totalSteps: 200 * Number(budget),
        validationAccuracy,
      }),
    ),
  ),
  ...Object.entries(separate).flatMap(([budget, accuracies]) =>
    accuracies.map((validationAccuracy, i) =>
      cellInfo({ role: 'separate', budget: Number(budget), seed: i + 1, validationAccuracy }),
    ),
  ),
]

test('steps of the rows add up to the trunk with its cool-downs, against all budgets by themselves', () => {
  const [table] = trunkTables(
    study(
      { 0.1: [0.5, 0.5], 0.5: [0.6, 0.6], 1: [0.7, 0.7] },
      { 0.1: [0.5, 0.5], 0.5: [0.6, 0.6], 1: [0.7, 0.7] },
    ),
    score,
  )
  assert.deepEqual(
    table?.rows.map(({ steps, trunkSteps, cooldownSteps }) => [steps, trunkSteps, cooldownSteps]),
    [
      [100, 80, 20],
      [500, 320, 100],
      [1000, 400, 200],
    ],
  )
  // 800 + 20 + 100 + 200 against 100 + 500 + 1000.
  assert.deepEqual([table?.trunkLength, table?.steps, table?.separateSteps], [800, 1120, 1600])
})

test('differences are paired by seed, and the total has one value a seed', () => {
  const [table] = trunkTables(
    study({ 0.5: [0.5, 0.6], 1: [0.7, 0.7] }, { 0.5: [0.52, 0.6], 1: [0.71, 0.73] }),
    score,
  )
  const [half] = table?.rows ?? []
  // Of the seeds: −0.02 and 0, so the mean is −0.01, the deviation 0.01·√2 and the error 0.01.
  assert.ok(Math.abs((half?.difference.mean ?? 0) + 0.01) < 1e-12)
  assert.ok(Math.abs((half?.difference.standardError ?? 0) - 0.01) < 1e-12)
  // Of the seeds over both budgets: (−0.02 − 0.01)/2 and (0 − 0.03)/2.
  assert.ok(Math.abs((table?.difference.mean ?? 0) + 0.015) < 1e-12)
  assert.ok((table?.difference.standardError ?? 1) < 1e-12)
  assert.equal(table && trunkCost(table.difference, score), 'worse')
  assert.equal(half && trunkCost(half.difference, score), 'level')
})

test('a seed without its partner is left out of the difference, one that diverged is counted', () => {
  const cells = study({ 1: [0.7, 0.7] }, { 1: [0.6] })
  const [table] = trunkTables(
    [...cells, cellInfo({ role: 'separate', seed: 2, status: 'failed', diverged: { step: 3, lr: 9 } })],
    score,
  )
  const [full] = table?.rows ?? []
  assert.deepEqual([full?.difference.n, full?.diverged.separate, full?.trunk.n], [1, 1, 2])
  assert.equal(table && trunkCost(table.difference, score), 'unknown')
})

test('every shape has a table of its own; without separate runs their price is that of the budgets', () => {
  const cells = ['linear', '1-sqrt'].map((shape) =>
    cellInfo({
      role: 'cooldown',
      settings: { schedule: `trunk, ${shape} cool-down` },
      after: { key: '', stepsDone: 800 },
      totalSteps: 200,
    }),
  )
  const tables = trunkTables(cells, score)
  assert.deepEqual(
    tables.map(({ shape, separateSteps, hasSeparate }) => [shape, separateSteps, hasSeparate]),
    [
      ['linear', 1000, false],
      ['1-sqrt', 1000, false],
    ],
  )
})
