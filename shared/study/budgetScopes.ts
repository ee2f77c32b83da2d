import { percentText } from '../numberText.ts'
import { type BudgetBlock, type StudyScore, standing } from './budgetBlocks.ts'

/*
 * Low and high budgets as REX has them (Chen, Wolfe and Kyrillidis, arXiv 2107.04197, table 1): 1 to 10 % and 25 to 100 %
 * of a full run.
 */

export const budgetScopes = ['low', 'high', 'all'] as const
export type BudgetScope = (typeof budgetScopes)[number]

const mostLow = 0.1
export const scopeWords: Readonly<Record<BudgetScope, string>> = {
  low: `low budgets (up to ${percentText(mostLow, 0)})`,
  high: `high budgets (above ${percentText(mostLow, 0)})`,
  all: 'all budgets',
}

export const isInScope = (budget: number, scope: BudgetScope): boolean =>
  scope === 'all' || budget <= mostLow === (scope === 'low')

/** What is ranked: a row for each comparison that has come to its end, a column a schedule, higher is better. */
export function rankedScores(
  comparisons: readonly BudgetBlock[],
  scope: BudgetScope,
  score: StudyScore,
): number[][] {
  return comparisons
    .filter(({ budget, isDone }) => isDone && isInScope(budget, scope))
    .map(({ outcomes }) => outcomes.map((outcome) => standing(outcome, score) ?? Number.NEGATIVE_INFINITY))
}
