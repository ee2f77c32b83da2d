import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { meanRanks, notToldApart, ranksOf, topShares } from '../../../shared/study/ranks.ts'

const scores = fc
  .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 8 }))
  .chain(([methods, cells]) =>
    fc.array(
      fc.array(fc.option(fc.integer({ min: 0, max: 4 }), { freq: 6 }), {
        minLength: methods,
        maxLength: methods,
      }),
      { minLength: cells, maxLength: cells },
    ),
  )

test('ranks of a cell are those of its sorted scores, equals sharing their places', () => {
  fc.assert(
    fc.property(scores, fc.boolean(), (table, higherIsBetter) => {
      for (const [i, ranks] of ranksOf(table, higherIsBetter).entries()) {
        const cell = (table[i] ?? []).map((score) =>
          score === null ? -100 : higherIsBetter ? score : -score,
        )
        const sorted = cell.toSorted((a, b) => b - a)
        cell.forEach((score, method) => {
          const places = sorted.flatMap((other, place) => (other === score ? [place + 1] : []))
          assert.equal(ranks[method], places.reduce((sum, place) => sum + place, 0) / places.length)
        })
      }
    }),
  )
})

test('mean ranks add up to those of any order, and everyone is in the top of as many as there are', () => {
  fc.assert(
    fc.property(scores, (table) => {
      const k = table[0]?.length ?? 0
      const sum = meanRanks(ranksOf(table, true)).reduce((all, rank) => all + rank, 0)
      assert.ok(Math.abs(sum - (k * (k + 1)) / 2) < 1e-9)
      assert.deepEqual(
        topShares(table, true, k),
        Array.from({ length: k }, () => 1),
      )
    }),
  )
})

test('groups not told apart: every pair within the difference lies in one, no other pair does, and none holds another', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 7 }),
      fc.integer({ min: 0, max: 8 }),
      (means, difference) => {
        const groups = notToldApart(means, difference)
        for (let a = 0; a < means.length; a++) {
          for (let b = 0; b < a; b++) {
            const isNear = Math.abs((means[a] ?? 0) - (means[b] ?? 0)) <= difference
            assert.equal(
              groups.some((group) => group.includes(a) && group.includes(b)),
              isNear,
            )
          }
        }
        for (const [i, group] of groups.entries()) {
          assert.ok(group.length > 1)
          const others = groups.filter((_, j) => j !== i)
          assert.ok(!others.some((other) => group.every((method) => other.includes(method))))
        }
      },
    ),
  )
})
