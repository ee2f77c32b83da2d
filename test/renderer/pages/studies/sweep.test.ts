import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { StudyCellInfo } from '../../../../shared/api/studies.ts'
import { keyOf } from '../../../../shared/study/cellKey.ts'
import { sweepSpec } from '../../../../shared/study/spec.ts'
import { aroundBest } from '../../../../src-renderer/pages/studies/sweep/around.ts'
import {
  axesOf,
  bucketsOf,
  placeOn,
  type SweepAxis,
  shortName,
} from '../../../../src-renderer/pages/studies/sweep/axes.ts'
import { heatOf } from '../../../../src-renderer/pages/studies/sweep/heat.ts'
import { bestByValue } from '../../../../src-renderer/pages/studies/sweep/isolation.ts'
import {
  isBrushed,
  objectiveAxis,
  objectiveScale,
  parallelLines,
  withBrush,
} from '../../../../src-renderer/pages/studies/sweep/parallel.ts'
import { readNumbers } from '../../../../src-renderer/pages/studies/sweep/readNumbers.ts'
import { bestRows, rowsOf, standingOf } from '../../../../src-renderer/pages/studies/sweep/rows.ts'
import {
  accuracySpread,
  standingText,
  stateText,
} from '../../../../src-renderer/pages/studies/sweep/words.ts'
import { cellInfo } from '../../../shared/study/cellInfos.ts'

/* A sweep of three rates and two momenta with two seeds each; the highest rate diverges with the higher momentum. */

const accuracy = 'validationAccuracy' as const
const lr = 'schedule.lrMax'
const momentum = 'optimizer.momentum'

let ordinal = 0
function cell(
  settings: StudyCellInfo['settings'],
  seed: number,
  part: Partial<StudyCellInfo> = {},
): StudyCellInfo {
  const { budget = 1 } = part
  const key = keyOf({ role: 'cell', values: settings, seed, budget })
  return cellInfo({ ordinal: ordinal++, key, settings, seed, steps: 100, totalSteps: 100, ...part })
}

const scored = (settings: StudyCellInfo['settings'], ...scores: readonly number[]): StudyCellInfo[] =>
  scores.map((score, i) => cell(settings, i + 1, { validationAccuracy: score, testAccuracy: score - 0.1 }))

const diverged = { status: 'failed', diverged: { step: 211, lr: 3 } } as const
const cells = [
  ...scored({ [lr]: 1, [momentum]: 0 }, 0.7, 0.8),
  ...scored({ [lr]: 0.1, [momentum]: 0 }, 0.8, 0.82),
  ...scored({ [lr]: 0.01, [momentum]: 0 }, 0.5, 0.52),
  cell({ [lr]: 1, [momentum]: 0.9 }, 1, { ...diverged, validationAccuracy: 0.99 }),
  cell({ [lr]: 1, [momentum]: 0.9 }, 2, diverged),
  ...scored({ [lr]: 0.1, [momentum]: 0.9 }, 0.81, 0.83),
  cell({ [lr]: 0.01, [momentum]: 0.9 }, 1, { status: 'running', steps: 45, validationAccuracy: 0.3 }),
  cell({ [lr]: 0.01, [momentum]: 0.9 }, 2, { status: 'queued', steps: 0 }),
]
const spec = sweepSpec.parse({
  kind: 'sweep',
  base: {},
  axes: [
    { path: lr, values: [1, 0.1, 0.01] },
    { path: momentum, values: [0, 0.9] },
  ],
})
const axes = axesOf(spec, cells)
const byKey = rowsOf(cells, accuracy)
const rows = [...byKey.values()]
const row = (rate: number, mass: number) => {
  const found = rows.find(({ settings }) => settings[lr] === rate && settings[momentum] === mass)
  assert.ok(found)
  return found
}
const axis = (path: string): SweepAxis => {
  const found = axes.find((one) => one.path === path)
  assert.ok(found)
  return found
}

test('numbers stand in their order, over decades on a log axis, and names are short where that is enough', () => {
  assert.deepEqual(axis(lr), { path: lr, values: [0.01, 0.1, 1], scale: 'log' })
  assert.deepEqual(axis(momentum), { path: momentum, values: [0, 0.9], scale: 'linear' })
  assert.ok(Math.abs((placeOn(axis(lr), 0.1) ?? 0) - 0.5) < 1e-12)
  assert.equal(shortName(lr, axes), 'lrMax')
  const twice = [...axes, { path: 'optimizer.lrMax', values: [1], scale: 'linear' as const }]
  assert.equal(shortName(lr, twice), lr)
})

test('an axis that some settings do not have keeps its numbers, and these settings their line', () => {
  const some = [...cells, cell({ [lr]: 0.1, [momentum]: null }, 1, { validationAccuracy: 0.6 })]
  const [, mass] = axesOf(spec, some)
  assert.deepEqual(mass?.values, [0, 0.9])
  const all = [...rowsOf(some, accuracy).values()]
  const lines = parallelLines(all, axesOf(spec, some), objectiveScale(all, accuracy))
  assert.equal(lines.at(-1)?.places[1], null)
})

test('many values of a numeric axis are looked at in eight buckets that hold all of them', () => {
  const many: SweepAxis = {
    path: lr,
    values: Array.from({ length: 30 }, (_, i) => 10 ** (-3 + i / 10)),
    scale: 'log',
  }
  const buckets = bucketsOf(many)
  assert.equal(buckets.length, 8)
  for (const value of many.values) assert.equal(buckets.filter(({ has }) => has(value)).length, 1)
})

test('repeats over seeds are one row; a row stays the same object while its runs do', () => {
  assert.equal(rows.length, 6)
  assert.equal(row(0.1, 0).score?.n, 2)
  const [first, ...others] = cells
  assert.ok(first)
  const changed = [{ ...first, validationAccuracy: 0.9 }, ...others]
  const next = [...rowsOf(changed, accuracy, byKey).values()]
  assert.deepEqual(
    next.map((one, i) => one === rows[i]),
    [false, true, true, true, true, true],
  )
})

test('the best is of settings none of whose runs diverged; within the standard error there is no difference', () => {
  const [best] = bestRows(rows, accuracy)
  assert.equal(best, row(0.1, 0.9))
  assert.deepEqual(standingOf(row(0.1, 0.9), best, accuracy), { is: 'best' })
  assert.equal(standingOf(row(0.1, 0), best, accuracy).is, 'equal')
  assert.equal(standingOf(row(0.01, 0), best, accuracy).is, 'worse')
  assert.equal(standingOf(row(0.01, 0.9), best, accuracy).is, 'none')
  assert.equal(standingText(standingOf(row(0.01, 0), best, accuracy), accuracy, 'error'), '+31.0\u202fpp')
})

test('scores at a smaller budget never win against those of a larger one', () => {
  const rungs = [
    ...scored({ [lr]: 1 }, 0.99).map((one) => ({ ...one, budget: 0.11 })),
    ...scored({ [lr]: 0.1 }, 0.6),
  ]
  const all = [...rowsOf(rungs, accuracy).values()]
  assert.deepEqual(
    bestRows(all, accuracy).map(({ budget }) => budget),
    [1],
  )
})

test('what became of a setting is said: where it diverged, how far it is', () => {
  assert.equal(stateText(row(1, 0.9)), '2 of 2 diverged at step 212, rate 3')
  assert.equal(stateText(row(0.01, 0.9)), '0 of 2 done, running 45\u202f%')
  assert.equal(stateText(row(0.1, 0)), 'done')
  assert.equal(accuracySpread(row(0.1, 0).score, 'accuracy'), '81.0 ± 1.4\u202f%')
})

test('at each value of an axis stands the best setting there', () => {
  const best = bestByValue(rows, axis(lr), accuracy)
  assert.deepEqual(
    best.map(({ x, row: { settings } }) => [x, settings[momentum]]),
    [
      [0.01, 0],
      [0.1, 0.9],
      [1, 0],
    ],
  )
})

test('the heatmap has a cell for every two values: its mean, and what diverged', () => {
  const { columns, lines } = heatOf(rows, axis(lr), axis(momentum), accuracy)
  assert.deepEqual(columns, ['0.01', '0.1', '1'])
  assert.deepEqual(
    lines.map(({ label }) => label),
    ['0', '0.9'],
  )
  const [low, high] = lines
  assert.equal(low?.cells[1]?.row, row(0.1, 0))
  assert.equal(high?.cells[2]?.row, undefined)
  assert.equal(high?.cells[2]?.diverged, 1)
  assert.equal(high?.cells[1]?.warmth, 1)
})

test('brushes keep what passes all of them; what diverged lies in its lane and passes none of the objective', () => {
  const names = [lr, momentum, objectiveAxis]
  const lines = parallelLines(rows, axes, objectiveScale(rows, accuracy))
  assert.equal(lines.length, 5, 'a setting without a score has no line yet')
  const passing = (brushes: Parameters<typeof isBrushed>[2]) =>
    lines.filter((line) => isBrushed(line, names, brushes)).map(({ row: { settings } }) => settings[lr])
  const high = withBrush({}, lr, 'low', 0.5)
  assert.deepEqual(passing(high), [1, 0.1, 1, 0.1])
  assert.deepEqual(passing(withBrush(high, objectiveAxis, 'low', 0.1)), [1, 0.1, 0.1])
  assert.deepEqual(withBrush(high, lr, 'low', 0), {}, 'a brush of the whole axis is none')
})

test('a lower loss is the better end of its axis', () => {
  const losses = [0.2, 0.4].map((validationLoss, i) => cell({ [lr]: i + 1 }, 1, { validationLoss }))
  const all = [...rowsOf(losses, 'validationLoss').values()]
  const scale = objectiveScale(all, 'validationLoss')
  const lines = parallelLines(all, axesOf(spec, losses), scale)
  assert.deepEqual(
    lines.map(({ places }) => places.at(-1)),
    [1, 0],
  )
})

test('values around the best lie half-way to its neighbours, and beyond it where it is the last', () => {
  assert.deepEqual(aroundBest(axis(lr), 0.1), [0.0316, 0.316])
  assert.deepEqual(aroundBest(axis(lr), 1), [0.316, 3.16, 10])
  assert.deepEqual(aroundBest({ path: 'x', values: [0, 0.5], scale: 'linear' }, 0), [0.25])
  assert.deepEqual(aroundBest({ path: 'x', values: [2, 3], scale: 'linear' }, 3), [4])
  // A momentum is below 1: one step beyond 0.9 there is none.
  assert.deepEqual(aroundBest({ path: 'x', values: [0, 0.9], scale: 'linear' }, 0.9, { below: 1 }), [0.45])
  assert.deepEqual(aroundBest({ path: 'x', values: ['a', 'b'], scale: 'categories' }, 'a'), [])
})

test('typed lists of numbers are read, and what is none is told', () => {
  assert.deepEqual(readNumbers('0.01, 1e-3 5'), [0.01, 0.001, 5])
  assert.deepEqual(readNumbers(' '), [])
  assert.equal(readNumbers('0.1, x'), undefined)
})
