import { type BudgetScope, budgetScopes, rankedScores } from '../../../../shared/study/budgetScopes.ts'
import { pText, rankLevel, rankText } from '../../../../shared/study/budgetVerdict.ts'
import { type Comparison, type StudyScore, schedulesIn } from '../../../../shared/study/comparison.ts'
import { indistinctSets } from '../../../../shared/study/indistinct.ts'
import { type Ranking, rank } from '../../../../shared/study/ranking.ts'
import { counted } from '../../../format/format.ts'

/** The ranking of a study's schedules over some of its budgets. */
export interface ScopeRanking {
  readonly scope: BudgetScope
  readonly names: readonly string[]
  /** How many comparisons are ranked. */
  readonly comparisons: number
  /** Undefined where there are fewer than two schedules or comparisons. */
  readonly ranking: Ranking | undefined
}

export function scopeRanking(
  comparisons: readonly Comparison[],
  scope: BudgetScope,
  score: StudyScore,
): ScopeRanking {
  const scores = rankedScores(comparisons, scope, score)
  const names = schedulesIn(comparisons)
  const canRank = scores.length >= 2 && names.length >= 2
  return {
    scope,
    names,
    comparisons: scores.length,
    ranking: canRank ? rank({ scores, higherIsBetter: true }) : undefined,
  }
}

/** Whether the test of Friedman finds any difference between the ranks; it has none to find where all are equal. */
export const rejects = ({ friedman }: Ranking): boolean => friedman.p < rankLevel

/** The diagram in words: who is first, and which schedules no bar parts. */
export function diagramWords({ names, ranking, comparisons }: ScopeRanking): string {
  if (ranking === undefined) return ''
  const { friedman, criticalDifference, meanRank } = ranking
  const test = `Friedman’s test over ${counted(comparisons, 'comparison')}: χ² ${friedman.chiSquared.toFixed(2)}, p ${pText(friedman.p)}`
  if (!rejects(ranking))
    return `${test}: it finds no difference between the schedules, so none is told apart from another.`
  const sets = indistinctSets(meanRank, criticalDifference).map((set) => set.map((i) => names[i]).join(', '))
  const told =
    sets.length === 0
      ? 'every schedule is told apart from every other'
      : `not told apart are ${sets.join('; ')}`
  return `${test}. By Nemenyi’s test ranks differ where they are more than ${rankText(criticalDifference)} apart: ${told}.`
}

/** A schedule's line in the table of ranks: shares in 0..1, undefined where nothing is ranked. */
export interface RankRow {
  readonly schedule: string
  readonly meanRank: number | undefined
  readonly shares: readonly {
    readonly scope: BudgetScope
    readonly top1: number | undefined
    readonly top3: number | undefined
  }[]
}

/** By mean rank over `scope`, the best first; in the study's order before there is one. */
export function rankRows(all: readonly ScopeRanking[], scope: BudgetScope): readonly RankRow[] {
  const chosen = all.find((one) => one.scope === scope)
  const rows = (chosen?.names ?? []).map((schedule, i) => ({
    schedule,
    meanRank: chosen?.ranking?.meanRank[i],
    shares: budgetScopes.map((shareScope) => {
      const ranking = all.find((one) => one.scope === shareScope)?.ranking
      return { scope: shareScope, top1: ranking?.top1[i], top3: ranking?.top3[i] }
    }),
  }))
  return rows.sort((a, b) => (a.meanRank ?? 0) - (b.meanRank ?? 0))
}
