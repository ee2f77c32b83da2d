import { z } from 'zod'
import { type Ranking, rank as rankMethods } from '../../shared/study/ranking.ts'
import { rankTestsReady } from '../../shared/study/rankTests.ts'

await rankTestsReady

const rankingCase = z.object({
  /** [cell][method]; null: no score. */
  scores: z.array(z.array(z.union([z.number(), z.nan(), z.null()]))),
  higherIsBetter: z.boolean(),
})

/**
 * Answers one case of cases/ranking.json, using only what shared/study exports.
 * @param input the case; its `expected`, if any, is not looked at
 */
export const rank = (input: unknown): Ranking => rankMethods(rankingCase.parse(input))
