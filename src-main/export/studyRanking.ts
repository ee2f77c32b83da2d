import { type BudgetBlock, type StudyScore, schedulesIn } from '../../shared/study/budgetBlocks.ts'
import { type BudgetScope, rankedScores } from '../../shared/study/budgetScopes.ts'
import { meanRanks, ranksOf, topShares } from '../../shared/study/ranks.ts'
import { testRanks } from '../studies/testRanks.ts'

/** Of schedules, in the study's order; shares in 0..1. */
export interface Ranking {
  /** Blocks (a task, an optimizer and a budget) that were ranked. */
  readonly blocks: number
  readonly top1: readonly number[]
  readonly top3: readonly number[]
  readonly meanRank: readonly number[]
  readonly friedman: { readonly chiSquared: number; readonly p: number }
  /** Nemenyi, at the level 0.05. */
  readonly criticalDifference: number
}

/** Null where there are fewer than two schedules or blocks. */
export type ScopedRanking = Readonly<Record<BudgetScope, Ranking | null>>

/** How a study's schedules rank over its low, its high and all of its budgets. */
export async function studyRanking(
  blocks: readonly BudgetBlock[],
  score: StudyScore,
): Promise<ScopedRanking> {
  const over = async (scope: BudgetScope): Promise<Ranking | null> => {
    const scores = rankedScores(blocks, scope, score)
    if (scores.length < 2 || schedulesIn(blocks).length < 2) return null
    const ranks = ranksOf(scores, true)
    const { friedman, criticalDifference } = await testRanks(ranks)
    if (friedman === null || criticalDifference === null) return null
    return {
      blocks: scores.length,
      top1: topShares(scores, true, 1),
      top3: topShares(scores, true, 3),
      meanRank: meanRanks(ranks),
      friedman,
      criticalDifference,
    }
  }
  return { low: await over('low'), high: await over('high'), all: await over('all') }
}
