import {
  comparisonOf,
  type GroupRanking,
  isHigherBetter,
  type Measured,
  type StudyRanking,
  scoresOf,
} from './comparison.ts'
import type { CellOutcome } from './outcome.ts'
import { meanRanks, notToldApart, ranksOf, topShares } from './ranks.ts'
import { criticalDifference, friedman } from './rankTests.ts'

/**
 * The schedules of a budget study, ranked over its blocks. `rankTestsReady` must have resolved. Imported by the host alone
 * (rankTests.ts).
 */
export function rankingOf(cells: readonly CellOutcome[], measure: Measured): StudyRanking {
  const comparison = comparisonOf(cells, measure)
  const { methods, unfinished } = comparison
  const higher = isHigherBetter(measure)
  const of = (['all', 'low', 'high'] as const).flatMap((group): GroupRanking[] => {
    const scores = scoresOf(comparison, group)
    if (scores.length === 0) return []
    const ranks = ranksOf(scores, higher)
    const meanRank = meanRanks(ranks)
    const difference = criticalDifference(methods.length, scores.length)
    return [
      {
        group,
        blocks: scores.length,
        top1: topShares(scores, higher, 1),
        top3: topShares(scores, higher, 3),
        meanRank,
        friedman: friedman(ranks),
        criticalDifference: difference,
        groups: difference === null ? [] : notToldApart(meanRank, difference),
      },
    ]
  })
  return { measure, methods, unfinished, of }
}
