import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { z } from 'zod'
import { ranksOf } from '../../../shared/study/ranks.ts'
import { testRanks } from '../../../src-main/studies/testRanks.ts'

const cases = z
  .array(
    z.object({
      scores: z.array(z.array(z.number())),
      higherIsBetter: z.boolean(),
      expected: z.object({
        friedman: z.object({ chiSquared: z.number(), p: z.number() }),
        criticalDifference: z.number(),
      }),
    }),
  )
  .parse(JSON.parse(readFileSync(new URL('../../golden/cases/ranking.json', import.meta.url), 'utf8')))

test('what the window is told of its ranks is what scipy says of them', async () => {
  const close = (found: number | undefined, wanted: number): boolean =>
    Math.abs((found ?? Number.NaN) - wanted) <= 1e-6 * Math.abs(wanted)
  for (const { scores, higherIsBetter, expected } of cases) {
    const { friedman, criticalDifference } = await testRanks(ranksOf(scores, higherIsBetter))
    assert.ok(close(friedman?.chiSquared, expected.friedman.chiSquared))
    assert.ok(close(friedman?.p, expected.friedman.p))
    assert.ok(close(criticalDifference ?? undefined, expected.criticalDifference))
  }
})

test('so many cells of one mind that their chance is below any number have the chance 0', async () => {
  const cells = Array.from({ length: 1000 }, () => [1, 2, 3])
  assert.deepEqual((await testRanks(cells)).friedman, { chiSquared: 2000, p: 0 })
})

test('nothing is made of no ranks', async () => {
  assert.deepEqual(await testRanks([]), { friedman: null, criticalDifference: null })
})
