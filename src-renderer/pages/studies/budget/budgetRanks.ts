import type { RankTests } from '../../../../shared/api/studies.ts'
import { type BudgetBlock, type StudyScore, schedulesIn } from '../../../../shared/study/budgetBlocks.ts'
import { type BudgetScope, budgetScopes, rankedScores } from '../../../../shared/study/budgetScopes.ts'
import { pText, rankLevel, rankText, type TestedRanks } from '../../../../shared/study/budgetVerdict.ts'
import { meanRanks, notToldApart, ranksOf, topShares } from '../../../../shared/study/ranks.ts'
import { counted } from '../../../format/format.ts'

/** The ranks of a study's schedules over some of its budgets; by schedule in the study's order. */
export interface ScopeRanks {
  readonly scope: BudgetScope
  readonly names: readonly string[]
  /** [comparison][schedule], 1 is best. */
  readonly ranks: readonly (readonly number[])[]
  /** NaN without a comparison, as the shares, which are in 0..1. */
  readonly meanRank: readonly number[]
  readonly top1: readonly number[]
  readonly top3: readonly number[]
}

export function scopeRanks(
  comparisons: readonly BudgetBlock[],
  scope: BudgetScope,
  score: StudyScore,
): ScopeRanks {
  const names = schedulesIn(comparisons)
  const scores = rankedScores(comparisons, scope, score)
  const ranks = ranksOf(scores, true)
  const orNone = (values: readonly number[]): readonly number[] =>
    scores.length === 0 ? names.map(() => Number.NaN) : values
  return {
    scope,
    names,
    ranks,
    meanRank: orNone(meanRanks(ranks)),
    top1: orNone(topShares(scores, true, 1)),
    top3: orNone(topShares(scores, true, 3)),
  }
}

/** Fewer say nothing: the test of Friedman needs several questions that several schedules answered. */
export const canTest = ({ names, ranks }: ScopeRanks): boolean => names.length >= 2 && ranks.length >= 2

/** @returns null where there is too little to test, undefined before the host has answered */
export function testedRanks(of: ScopeRanks, tests: RankTests | undefined): TestedRanks | null | undefined {
  if (!canTest(of)) return null
  if (tests === undefined) return undefined
  const { friedman, criticalDifference } = tests
  if (friedman === null || criticalDifference === null) return null
  return { meanRank: of.meanRank, friedman, criticalDifference }
}

export const rejects = ({ friedman }: TestedRanks): boolean => friedman.p < rankLevel

/** The diagram in words: what the tests say, and which schedules no bar parts. */
export function diagramWords({ names, ranks, meanRank }: ScopeRanks, tested: TestedRanks): string {
  const { chiSquared, p } = tested.friedman
  const test = `Friedman’s test over ${counted(ranks.length, 'comparison')}: χ² ${chiSquared.toFixed(2)}, p ${pText(p)}`
  if (!rejects(tested))
    return `${test}. It finds no difference between the schedules, so none is told apart from another.`
  const sets = notToldApart(meanRank, tested.criticalDifference)
  const told =
    sets.length === 0
      ? 'every schedule is told apart from every other'
      : `not told apart are ${sets.map((set) => set.map((i) => names[i]).join(', ')).join('; ')}`
  return `${test}. By Nemenyi’s test mean ranks differ where they are more than ${rankText(tested.criticalDifference)} apart: ${told}.`
}

/** A schedule's line in the table of ranks; NaN where nothing is ranked. */
export interface RankRow {
  readonly schedule: string
  readonly meanRank: number
  readonly shares: readonly { readonly scope: BudgetScope; readonly top1: number; readonly top3: number }[]
}

/** By mean rank over `scope`, the best first; in the study's order before there is one. */
export function rankRows(all: readonly ScopeRanks[], scope: BudgetScope): readonly RankRow[] {
  const chosen = all.find((one) => one.scope === scope)
  const rows = (chosen?.names ?? []).map((schedule, i) => ({
    schedule,
    meanRank: chosen?.meanRank[i] ?? Number.NaN,
    shares: budgetScopes.map((shareScope) => {
      const of = all.find((one) => one.scope === shareScope)
      return {
        scope: shareScope,
        top1: of?.top1[i] ?? Number.NaN,
        top3: of?.top3[i] ?? Number.NaN,
      }
    }),
  }))
  return rows.sort((a, b) => a.meanRank - b.meanRank || 0)
}
