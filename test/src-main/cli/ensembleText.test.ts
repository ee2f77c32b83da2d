import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describeEnsemble } from '../../../src-main/cli/ensembleText.ts'
import type { SnapshotRecord } from '../../../src-main/store/types.ts'

const scores = { accuracy: 0.8845, nll: 0.3644, brier: 0.1744, ece: 0.0435 }
const snapshot = (id: number): SnapshotRecord => ({
  id,
  runId: 'r',
  cycle: id,
  step: 10 * id,
  lr: 0.1,
  ema: null,
  weightsSha256: '',
  bytes: 1,
  createdAt: 0,
  valAccuracy: null,
  valLoss: null,
  testAccuracy: null,
  testLoss: null,
})

function ensembleOf(weights: readonly number[]): Parameters<typeof describeEnsemble>[0] {
  const members = weights.map((weight, i) => ({
    snapshot: snapshot(i + 1),
    weight,
    validation: scores,
    test: scores,
  }))
  const [bestSingle] = members
  assert.ok(bestSingle)
  return {
    run: {
      spec: { snapshots: { at: 'cycleEnds' } },
      planned: { plan: { stepsPerEpoch: 10 } },
    },
    method: 'weighted',
    members,
    validation: scores,
    test: scores,
    bestSingle,
    bestChosenOn: 'validation',
    judgedOn: 'test',
    last: members.map((_, i) => ({ size: i + 1, ...scores })),
    diversity: { disagreement: 0.048, errorCorrelation: 0.5, qStatistic: 0.9, oracleAccuracy: 0.92 },
  }
}

const heads = ['snapshot', 'cycle', 'share', 'validation', 'test', 'averaged', 'NLL', 'ECE', 'Brier']
const thirds = ensembleOf([1 / 3, 1 / 3, 1 / 3])
const allInOne = ensembleOf([1, 0, 0])

function longest(text: string): number {
  return Math.max(...text.split('\n').map((line) => [...line].length))
}

test('every score is shown at 100 columns in one table, at 80 in two, and no line is longer', () => {
  for (const result of [thirds, allInOne]) {
    const wide = describeEnsemble(result, 100)
    const narrow = describeEnsemble(result, 80)
    assert.ok(longest(wide) <= 100)
    assert.ok(longest(narrow) <= 80)
    for (const head of heads) {
      assert.ok(wide.split('\n')[1]?.includes(head), head)
      assert.match(narrow, new RegExp(` ${head} `))
    }
    assert.doesNotMatch(wide + narrow, /not shown/)
    assert.match(narrow, /last 3 +88\.45 % +0\.3644 +4\.35 % +0\.1744/)
  }
  assert.match(describeEnsemble(allInOne, 100), / 100 % /)
  assert.match(describeEnsemble(thirds, 100), / 33 % /)
})

test('what is too wide for one table goes into two rather than losing a column', () => {
  const perfect = { accuracy: 1, nll: 12.5, brier: 0, ece: 0.25 }
  const result = { ...allInOne, last: allInOne.last.map(({ size }) => ({ size, ...perfect })) }
  for (const width of [80, 99, 100, 101, 120]) {
    const text = describeEnsemble(result, width)
    assert.ok(longest(text) <= width)
    for (const head of heads) assert.match(text, new RegExp(` ${head} `))
  }
})
