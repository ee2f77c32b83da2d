import { type BudgetScope, rankedScores } from '../../shared/study/budgetScopes.ts'
import { type Comparison, type StudyScore, schedulesIn } from '../../shared/study/budgetBlocks.ts'
import { type Ranking, rank } from '../../shared/study/ranking.ts'

/** Undefined where there are fewer than two schedules or comparisons. */
export type ScopedRanking = Readonly<Record<BudgetScope, Ranking | undefined>>

/** How a study's schedules rank over its low, its high and all of its budgets. */
export function studyRanking(comparisons: readonly Comparison[], score: StudyScore): ScopedRanking {
  const over = (scope: BudgetScope): Ranking | undefined => {
    const scores = rankedScores(comparisons, scope, score)
    const canRank = scores.length >= 2 && schedulesIn(comparisons).length >= 2
    return canRank ? rank({ scores, higherIsBetter: true }) : undefined
  }
  return { low: over('low'), high: over('high'), all: over('all') }
}
