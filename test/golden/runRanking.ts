import { z } from 'zod'
import { meanRanks, ranksOf, topShares } from '../../shared/study/ranks.ts'
import { criticalDifference, friedman, rankTestsReady } from '../../shared/study/rankTests.ts'

await rankTestsReady

const rankingCase = z.object({
  /** [cell][method]; null: no score. */
  scores: z.array(z.array(z.union([z.number(), z.nan(), z.null()]))),
  higherIsBetter: z.boolean(),
})

/**
 * Answers one case of cases/ranking.json, using only what shared/study exports.
 * @param input the case; its `expected`, if any, is not looked at
 * @returns an object of the shape of `expected`; NaN where there is no cell, or a single method
 */
export function rank(input: unknown) {
  const { scores, higherIsBetter } = rankingCase.parse(input)
  const ranks = ranksOf(scores, higherIsBetter)
  return {
    top1: topShares(scores, higherIsBetter, 1),
    top3: topShares(scores, higherIsBetter, 3),
    meanRank: meanRanks(ranks),
    friedman: friedman(ranks) ?? { chiSquared: Number.NaN, p: Number.NaN },
    criticalDifference: criticalDifference(scores[0]?.length ?? 0, scores.length) ?? Number.NaN,
  }
}
