import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { StudyCellInfo } from '../../../../shared/api/studies.ts'
import { parseRunSpec } from '../../../../shared/run/spec.ts'
import { trunkTables } from '../../../../shared/study/trunkTable.ts'
import { scoreTexts } from '../../../../src-renderer/pages/studies/scoreTexts.ts'
import { rateSeries, scoreSeries } from '../../../../src-renderer/pages/studies/trunk/trunkCharts.ts'
import { trunkCsv, trunkMarkdown } from '../../../../src-renderer/pages/studies/trunk/trunkText.ts'
import { trunkVerdict } from '../../../../src-renderer/pages/studies/trunk/trunkVerdict.ts'
import { cellInfo } from '../../../shared/study/cellInfos.ts'

const score = { part: 'validation', of: 'accuracy' } as const
const texts = scoreTexts(score, 'accuracy')

const pair = (budget: number, seed: number, trunk: number, separate: number): StudyCellInfo[] => [
  cellInfo({
    role: 'cooldown',
    settings: { schedule: 'trunk, 1-sqrt cool-down' },
    budget,
    seed,
    after: { key: '', stepsDone: 800 * budget },
    totalSteps: 200 * budget,
    validationAccuracy: trunk,
  }),
  cellInfo({ role: 'separate', budget, seed, validationAccuracy: separate }),
]
const plain = (lines: readonly string[]): string[] => lines.map((line) => line.replaceAll('\u202f', ' '))

test('a trunk that costs accuracy says by how much, how sure, and at which budgets', () => {
  const cells = [
    ...pair(0.5, 1, 0.59, 0.6),
    ...pair(0.5, 2, 0.58, 0.6),
    ...pair(1, 1, 0.71, 0.7),
    ...pair(1, 2, 0.69, 0.7),
  ]
  assert.deepEqual(plain(trunkVerdict(trunkTables(cells, score), score, texts)), [
    'One trunk gives a model at 2 budgets for 1 100 steps a seed; trained separately they take 1 500: 400 steps (27 %) are saved.',
    // Of the seeds: 0 and −1.5 pp, so −0.75 ± 0.75.
    'Its mean validation accuracy cannot be told apart from that of separate runs: the difference is −0.75 pp (standard error 0.75 pp, 2 seeds).',
    'By budget: worse at 50 %, not told apart at 100 %.',
  ])
})

test('one seed tells nothing of chance, and none nothing at all', () => {
  assert.match(
    trunkVerdict(trunkTables(pair(1, 1, 0.7, 0.71), score), score, texts)[1] ?? '',
    /from one seed.*−1\.00/,
  )
  const open = pair(1, 1, 0.7, 0.71).map((cell) => ({ ...cell, status: 'running' as const }))
  assert.match(trunkVerdict(trunkTables(open, score), score, texts)[1] ?? '', /not known before/)
})

test('as text the table has the totals, and every number in full', () => {
  const tables = trunkTables([...pair(0.5, 1, 0.59, 0.6), ...pair(1, 1, 0.71, 0.7)], score)
  const lines = trunkMarkdown(tables, texts).split('\n')
  assert.equal(lines.at(-1)?.replaceAll('\u202f', ' '), '| all | 800 | 300 | 1500 | 400 |  |  | ±0.00 pp |')
  const [head, first] = trunkCsv(tables, score)
    .split('\n')
    .map((line) => line.split(','))
  assert.equal(head?.length, first?.length)
  assert.deepEqual(first?.slice(0, 6), ['1-sqrt', '0.5', '400', '100', '500', 'validation accuracy'])
})

test('the rates are drawn where they are trained: cool-downs from the step at which they leave the trunk', () => {
  const spec = parseRunSpec({
    dataset: { name: 'any' },
    model: { kind: 'softmax' },
    optimizer: { kind: 'sgd' },
    schedule: { kind: 'linear', lrStart: 0.1 },
    batchSize: 10,
    budget: { steps: 100 },
  })
  const [cooldown] = pair(0.5, 1, 0.5, 0.5)
  assert.ok(cooldown !== undefined)
  const planned = { plan: { totalSteps: 100, stepsPerEpoch: 10 }, edits: [] }
  const [line] = rateSeries([{ cell: cooldown, run: { spec, planned } }])
  assert.deepEqual([line?.x[0], line?.x.at(-1), line?.y[0], line?.x.length], [400, 499, 0.1, 100])
  assert.equal(line?.label.replace('\u202f', ' '), '1-sqrt cool-down, 50 %')
})

test('scores stand at the steps of their budget, and what has none is not drawn', () => {
  const cells = [...pair(0.5, 1, 0.59, 0.6), ...pair(1, 1, 0.71, 0.7).slice(0, 1)]
  const [trunk, separate] = scoreSeries(trunkTables(cells, score), texts)
  assert.deepEqual(
    [trunk?.x, trunk?.y],
    [
      [500, 1000],
      [0.59, 0.71],
    ],
  )
  assert.deepEqual([separate?.x, separate?.y], [[500], [0.6]])
})
