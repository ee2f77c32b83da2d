import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { z } from 'zod'
import { rank } from './runRanking.ts'

const expected = z.strictObject({
  top1: z.array(z.number()),
  top3: z.array(z.number()),
  meanRank: z.array(z.number()),
  friedman: z.strictObject({ chiSquared: z.number(), p: z.number() }),
  criticalDifference: z.number(),
})
const cases = z
  .array(z.looseObject({ name: z.string(), expected, rtol: z.number() }))
  .parse(JSON.parse(readFileSync(new URL('./cases/ranking.json', import.meta.url), 'utf8')))

for (const { name, expected, rtol, ...input } of cases) {
  test(`ranking ${name}: shares, ranks, Friedman and Nemenyi as scipy has them`, () => {
    const found = rank(input)
    const close = (a: number, b: number): void =>
      assert.ok(Math.abs(a - b) <= rtol * Math.abs(b), `${a} is not ${b}`)
    for (const key of ['top1', 'top3', 'meanRank'] as const) {
      assert.equal(found[key].length, expected[key].length)
      for (const [i, value] of expected[key].entries()) close(found[key][i] ?? Number.NaN, value)
    }
    close(found.friedman.chiSquared, expected.friedman.chiSquared)
    close(found.friedman.p, expected.friedman.p)
    close(found.criticalDifference, expected.criticalDifference)
  })
}

test('ranking: two methods, one cell', () => {
  const found = rank({ scores: [[0.5, 0.7]], higherIsBetter: true })
  assert.deepEqual(found.top1, [0, 1])
  assert.deepEqual(found.top3, [1, 1])
  assert.deepEqual(found.meanRank, [2, 1])
  // χ² = 12/(1·2·3)·(4 + 1) - 9 = 1; p of 1 degree of freedom is erfc(√(1/2)).
  assert.equal(found.friedman.chiSquared, 1)
  assert.ok(Math.abs(found.friedman.p - 0.31731050786291404) < 1e-12)
  // 1.960 · √(2·3/6)
  assert.ok(Math.abs(found.criticalDifference - 1.959963984540054) < 1e-6)
})

test('ranking: all equal, every one is first and nothing is told apart', () => {
  const found = rank({
    scores: [
      [1, 1, 1],
      [2, 2, 2],
    ],
    higherIsBetter: false,
  })
  assert.deepEqual(found.top1, [1, 1, 1])
  assert.deepEqual(found.meanRank, [2, 2, 2])
  assert.deepEqual(found.friedman, { chiSquared: 0, p: 1 })
})

test('ranking: a method without a score comes last, and shares that place', () => {
  const found = rank({ scores: [[0.2, null, Number.NaN, 0.1]], higherIsBetter: false })
  assert.deepEqual(found.meanRank, [2, 3.5, 3.5, 1])
  assert.deepEqual(found.top1, [0, 0, 0, 1])
})

test('ranking: no cell, or one method, has no test', () => {
  assert.deepEqual(rank({ scores: [], higherIsBetter: true }), {
    top1: [],
    top3: [],
    meanRank: [],
    friedman: { chiSquared: Number.NaN, p: Number.NaN },
    criticalDifference: Number.NaN,
  })
  assert.equal(rank({ scores: [[1], [2]], higherIsBetter: true }).friedman.p, Number.NaN)
})

test('ranking: the studentized range at infinite degrees of freedom is Demšar’s table', () => {
  const table = [1.96, 2.344, 2.569, 2.728, 2.85, 2.948, 3.031, 3.102, 3.164]
  table.forEach((q, i) => {
    const k = i + 2
    const scores = [Array.from({ length: k }, (_, method) => method)]
    const found = rank({ scores, higherIsBetter: true }).criticalDifference
    assert.ok(Math.abs(found / Math.sqrt((k * (k + 1)) / 6) - q) < 1e-3, `k ${k}`)
  })
})
