import type { StudyCellInfo, StudyRanking } from '../../shared/api/studies.ts'
import { budgetScopes, rankedScores } from '../../shared/study/budgetScopes.ts'
import { compareSchedules, schedulesIn, scoreFor } from '../../shared/study/comparison.ts'
import { meanRanks, ranksOf, topShares } from '../../shared/study/ranks.ts'
import { criticalDifference, friedman, rankTestsReady } from '../../shared/study/rankTests.ts'
import type { StudySpec } from '../../shared/study/spec.ts'

/** The schedules of a study ranked at low, high and all budgets, by validation and by test scores of its objective. */
export async function rankingsOf(spec: StudySpec, cells: readonly StudyCellInfo[]): Promise<StudyRanking[]> {
  await rankTestsReady
  return (['validation', 'test'] as const).flatMap((part) => {
    const score = scoreFor(spec.objective, part)
    const comparisons = compareSchedules(cells, score)
    const schedules = schedulesIn(comparisons)
    return budgetScopes.map((scope): StudyRanking => {
      const scores = rankedScores(comparisons, scope, score)
      const told = { scope, part, schedules, comparisons: scores.length }
      if (scores.length === 0 || schedules.length === 0) return { ...told, ranking: null }
      const ranks = ranksOf(scores, true)
      const ranking = {
        top1: topShares(scores, true, 1),
        top3: topShares(scores, true, 3),
        meanRank: meanRanks(ranks),
        friedman: friedman(ranks),
        criticalDifference: criticalDifference(schedules.length, scores.length),
      }
      return { ...told, ranking }
    })
  })
}
