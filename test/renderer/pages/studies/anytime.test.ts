import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseRunSpec } from '../../../../shared/run/spec.ts'
import { budgetBlocks } from '../../../../shared/study/budgetBlocks.ts'
import { anytimeSeries, bestSoFar, cyclicRun } from '../../../../src-renderer/pages/studies/budget/anytime.ts'
import { scoreTexts } from '../../../../src-renderer/pages/studies/scoreTexts.ts'
import { seedsOf } from '../../../shared/study/cellInfos.ts'

const score = { part: 'validation', of: 'accuracy' } as const
const texts = scoreTexts(score, 'accuracy')

test('the best so far never gets worse', () => {
  assert.deepEqual(bestSoFar([0.5, 0.4, 0.7], true), [0.5, 0.5, 0.7])
  assert.deepEqual(bestSoFar([0.5, 0.6, 0.3], false), [0.5, 0.5, 0.3])
})

test('separate runs are dots at their budgets, and a stair that stands until a larger budget is better', () => {
  const cells = [0.1, 0.5, 1].flatMap((budget, i) => seedsOf('REX', budget, [[0.5], [0.4], [0.7]][i] ?? []))
  const [dots, stair] = anytimeSeries(budgetBlocks(cells, score), [], score, texts)
  assert.deepEqual([dots?.x, dots?.y, dots?.dots], [[100, 500, 1000], [0.5, 0.4, 0.7], true])
  assert.deepEqual(stair?.x, [100, 500, 500, 1000, 1000])
  assert.deepEqual(stair?.y, [0.5, 0.5, 0.5, 0.5, 0.7])
})

/** SGDR of three cycles of 10, 20 and 30 epochs of 5 steps, with a snapshot at the end of each. */
const sgdr = (accuracies: readonly number[]) => ({
  spec: parseRunSpec({
    dataset: { name: 'any' },
    model: { kind: 'softmax' },
    optimizer: { kind: 'sgd' },
    schedule: { kind: 'sgdr', lrMax: 0.1, t0: 10, tMult: 1 },
    batchSize: 10,
    budget: { epochs: 30 },
  }),
  planned: { plan: { totalSteps: 150, stepsPerEpoch: 5 }, edits: [] },
  snapshots: accuracies.map((valAccuracy, i) => ({
    id: i,
    cycle: i + 1,
    step: 50 * (i + 1) - 1,
    valAccuracy,
    testAccuracy: null,
  })),
})

test('one run with cycles has a result at each of their ends, the mean of the seeds’ best so far', () => {
  assert.deepEqual(cyclicRun('SGDR', [sgdr([0.5, 0.25, 0.75]), sgdr([0.25, 0.5, 0.5])], score), {
    schedule: 'SGDR',
    steps: [50, 100, 150],
    best: [0.375, 0.5, 0.625],
  })
  const cells = seedsOf('SGDR', 1, [0.75])
  const run = cyclicRun('SGDR', [sgdr([0.5, 0.25, 0.75])], score)
  const lines = anytimeSeries(budgetBlocks(cells, score), run === undefined ? [] : [run], score, texts)
  assert.deepEqual(lines.at(-1)?.y, [0.5, 0.5, 0.75])
})

test('a run that lacks the model of a cycle is left out, and one cycle is no curve', () => {
  assert.equal(cyclicRun('SGDR', [sgdr([0.5, 0.6])], score), undefined)
  assert.equal(cyclicRun('SGDR', [sgdr([0.5, 0.6, 0.7])], { part: 'test', of: 'accuracy' }), undefined)
  const { spec } = sgdr([])
  const constant = { ...sgdr([0.5]), spec: { ...spec, schedule: { kind: 'constant' as const, lr: 0.1 } } }
  assert.equal(cyclicRun('None', [constant], score), undefined)
  assert.equal(cyclicRun('None', [], score), undefined)
})
