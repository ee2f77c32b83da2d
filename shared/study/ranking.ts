import { meanRanks, ranksOf, type Scores, topShares } from './ranks.ts'
import { criticalDifference, friedman } from './rankTests.ts'

/** How methods rank over cells, by method in the order of the scores. */
export interface Ranking {
  /** Shares of cells, in 0..1, in which fewer than one, and fewer than three, methods are strictly better. */
  readonly top1: readonly number[]
  readonly top3: readonly number[]
  /** 1 is best; equals share the mean of their places. */
  readonly meanRank: readonly number[]
  /** NaN where there is no cell, or one method. */
  readonly friedman: { readonly chiSquared: number; readonly p: number }
  /** Of Nemenyi, at level 0.05. NaN where there is no cell, or one method. */
  readonly criticalDifference: number
}

/** For the host alone, after `rankTestsReady` (rankTests.ts). */
export function rank({
  scores,
  higherIsBetter,
}: {
  readonly scores: Scores
  readonly higherIsBetter: boolean
}): Ranking {
  const ranks = ranksOf(scores, higherIsBetter)
  return {
    top1: topShares(scores, higherIsBetter, 1),
    top3: topShares(scores, higherIsBetter, 3),
    meanRank: meanRanks(ranks),
    friedman: friedman(ranks) ?? { chiSquared: Number.NaN, p: Number.NaN },
    criticalDifference: criticalDifference(scores[0]?.length ?? 0, scores.length) ?? Number.NaN,
  }
}
