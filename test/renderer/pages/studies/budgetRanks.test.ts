import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { budgetBlocks } from '../../../../shared/study/budgetBlocks.ts'
import {
  canTest,
  diagramWords,
  rankRows,
  rejects,
  scopeRanks,
  testedRanks,
} from '../../../../src-renderer/pages/studies/budget/budgetRanks.ts'
import { cellInfo, seedsOf } from '../../../shared/study/cellInfos.ts'

const score = { part: 'validation', of: 'accuracy' } as const

interface RankingCase {
  readonly scores: readonly (readonly number[])[]
  readonly higherIsBetter: boolean
  readonly expected: { readonly top1: number[]; readonly top3: number[]; readonly meanRank: number[] }
}
const cases: readonly RankingCase[] = JSON.parse(
  readFileSync(new URL('../../../golden/cases/ranking.json', import.meta.url), 'utf8'),
)

test('the ranks of a study are those of the golden tables', () => {
  for (const { scores, higherIsBetter, expected } of cases) {
    const field = higherIsBetter ? 'validationAccuracy' : 'validationLoss'
    const cells = scores.flatMap((row, i) =>
      row.map((value, method) =>
        cellInfo({ settings: { schedule: `m${method}`, task: `t${i}` }, [field]: value }),
      ),
    )
    const judged = { part: 'validation', of: higherIsBetter ? 'accuracy' : 'loss' } as const
    const { meanRank, top1, top3 } = scopeRanks(budgetBlocks(cells, judged), 'all', judged)
    const close = (found: readonly number[], wanted: readonly number[]) =>
      found.every((value, i) => Math.abs(value - (wanted[i] ?? 0)) < 1e-9)
    assert.ok(close(meanRank, expected.meanRank) && close(top1, expected.top1) && close(top3, expected.top3))
  }
})

const blocks = budgetBlocks(
  [0.01, 0.1, 1].flatMap((budget) => [
    ...seedsOf('A', budget, [budget < 1 ? 0.5 : 0.9]),
    ...seedsOf('B', budget, [0.6]),
  ]),
  score,
)

test('rows stand by the mean rank of the budgets chosen, with the shares of low, high and all budgets', () => {
  const all = (['low', 'high', 'all'] as const).map((scope) => scopeRanks(blocks, scope, score))
  assert.deepEqual(
    rankRows(all, 'all').map(({ schedule, shares }) => [schedule, ...shares.map(({ top1 }) => top1)]),
    [
      ['B', 1, 0, 2 / 3],
      ['A', 0, 1, 1 / 3],
    ],
  )
  assert.deepEqual(
    rankRows(all, 'high').map(({ schedule }) => schedule),
    ['A', 'B'],
  )
})

test('too little to test is said before the host is asked, and nothing before it has answered', () => {
  const few = scopeRanks(blocks, 'high', score)
  assert.equal(canTest(few), false)
  assert.equal(testedRanks(few, undefined), null)
  const enough = scopeRanks(blocks, 'low', score)
  assert.equal(testedRanks(enough, undefined), undefined)
  const none = scopeRanks(budgetBlocks([], score), 'all', score)
  assert.deepEqual([none.names, none.meanRank, canTest(none)], [[], [], false])
})

test('the diagram in words says whether anything is told apart', () => {
  const of = { ...scopeRanks(blocks, 'all', score), names: ['A', 'B', 'C'], meanRank: [1, 1.5, 3] }
  const at = (p: number) =>
    testedRanks(of, { friedman: { chiSquared: 5, p }, criticalDifference: 1 }) ?? assert.fail('not tested')
  assert.equal(rejects(at(0.04)), true)
  const plain = (p: number) => diagramWords(of, at(p)).replaceAll('\u202f', ' ')
  assert.equal(
    plain(0.04),
    'Friedman’s test over 3 comparisons: χ² 5.00, p 0.040. By Nemenyi’s test mean ranks differ where they are more than 1.00 apart: not told apart are A, B.',
  )
  assert.equal(
    plain(0.2),
    'Friedman’s test over 3 comparisons: χ² 5.00, p 0.20. It finds no difference between the schedules, so none is told apart from another.',
  )
})
