import { percentText } from '../numberText.ts'
import { type BudgetBlock, type StudyScore, schedulesIn, scoreWords } from './budgetBlocks.ts'
import { type BudgetScope, isInScope, scopeWords } from './budgetScopes.ts'
import { notToldApart } from './ranks.ts'

/*
 * A budget study in plain sentences: what won where, what could not be told apart, and what did not come to an end.
 */

/** As much of a ranking as the sentences tell. */
export interface TestedRanks {
  readonly meanRank: readonly number[]
  readonly friedman: { readonly chiSquared: number; readonly p: number }
  readonly criticalDifference: number
}

/** At which the tests of Friedman and Nemenyi reject. */
export const rankLevel = 0.05

const list = new Intl.ListFormat('en-GB', { type: 'conjunction' })
const quoted = (names: readonly string[]): string => list.format(names)
const times = (count: number, of: number): string => `${count} of ${of} comparison${of === 1 ? '' : 's'}`

/** @param ranking of all comparisons that are done; null where there are too few to rank, undefined before it is known */
export function budgetVerdict(
  comparisons: readonly BudgetBlock[],
  score: StudyScore,
  ranking: TestedRanks | null | undefined,
): readonly string[] {
  const done = comparisons.filter(({ isDone }) => isDone)
  const waits = comparisons.length - done.length
  return [
    ...(done.length === 0
      ? [
          `No budget has been trained with every schedule yet, so nothing can be compared by ${scoreWords(score)}.`,
        ]
      : [...winners(done, score), ...level(done), ...ranks(done, ranking)]),
    ...divergences(comparisons),
    ...(waits > 0 && done.length > 0
      ? [`${waits} of ${comparisons.length} comparisons lack a result of some schedule, and are left out.`]
      : []),
  ]
}

function winners(done: readonly BudgetBlock[], score: StudyScore): string[] {
  const parts = (['low', 'high'] as const).flatMap((scope) => winnersIn(scope, done))
  return parts.length === 0 ? [] : [`By mean ${scoreWords(score)}, ${parts.join('; ')}.`]
}

function winnersIn(scope: BudgetScope, done: readonly BudgetBlock[]): string[] {
  const here = done.filter(({ budget }) => isInScope(budget, scope))
  if (here.length === 0) return []
  const wins = new Map<string, number>()
  for (const { outcomes } of here)
    for (const { schedule, place, diverged } of outcomes)
      if (place === 1 && diverged.length === 0) wins.set(schedule, (wins.get(schedule) ?? 0) + 1)
  const most = Math.max(0, ...wins.values())
  if (most === 0) return [`no schedule came to its end at ${scopeWords[scope]}`]
  const best = schedulesIn(here).filter((schedule) => wins.get(schedule) === most)
  const each = best.length > 1 ? 'each ' : ''
  return [
    `${quoted(best)} came first most often at ${scopeWords[scope]}, ${each}in ${times(most, here.length)}`,
  ]
}

/** Comparisons whose best is level with another schedule. */
function level(done: readonly BudgetBlock[]): string[] {
  const several = done.filter(({ outcomes }) => outcomes.length > 1)
  if (several.length === 0) return []
  if (several.every(({ outcomes }) => outcomes.some(({ n }) => n === 1)))
    return ['With one seed each, no difference in the table can be told from chance.']
  const count = several.filter(({ outcomes }) =>
    outcomes.some(({ place, isLevel }) => place !== undefined && place > 1 && isLevel),
  ).length
  return count === 0
    ? ['In each, the best is ahead by more than the standard error of the difference.']
    : [
        `In ${times(count, several.length)} another schedule is within the standard error of the best: there, no winner.`,
      ]
}

function ranks(done: readonly BudgetBlock[], ranking: TestedRanks | null | undefined): string[] {
  const names = schedulesIn(done)
  if (names.length < 2 || ranking === undefined) return []
  if (ranking === null) return ['Mean ranks need two comparisons or more.']
  const { meanRank, friedman, criticalDifference } = ranking
  if (friedman.p >= rankLevel)
    return [
      `Over ${done.length} comparisons Friedman’s test finds no difference between the schedules’ ranks (p = ${pText(friedman.p)}).`,
    ]
  const best = meanRank.indexOf(Math.min(...meanRank))
  const alike = new Set(
    notToldApart(meanRank, criticalDifference)
      .filter((set) => set.includes(best))
      .flat(),
  )
  const others = [...names.keys()].filter((i) => i !== best)
  const level = others.filter((i) => alike.has(i))
  const worse = others.filter((i) => !alike.has(i))
  const nameOf = (i: number): string => names[i] ?? ''
  const told = [
    worse.length > 0 && `it ranks better than ${quoted(worse.map(nameOf))}`,
    level.length > 0 && `cannot be told apart from ${quoted(level.map(nameOf))}`,
  ].filter((part) => part !== false)
  return [
    `Over all budgets ${nameOf(best)} has the best mean rank, ${rankText(meanRank[best] ?? Number.NaN)} of ${names.length}: ${told.join(', and ')} (Friedman p = ${pText(friedman.p)}, Nemenyi at ${percentText(rankLevel, 0)}).`,
  ]
}

export const rankText = (rank: number): string => rank.toFixed(2)

/** "0.031", "below 0.001". */
export function pText(p: number): string {
  return p < 0.001 ? 'below 0.001' : p.toPrecision(2)
}

function divergences(comparisons: readonly BudgetBlock[]): string[] {
  const runs = new Map<string, number>()
  for (const { outcomes } of comparisons)
    for (const { schedule, diverged } of outcomes)
      if (diverged.length > 0) runs.set(schedule, (runs.get(schedule) ?? 0) + diverged.length)
  if (runs.size === 0) return []
  const told = [...runs].map(([schedule, count]) => `${count} run${count === 1 ? '' : 's'} of ${schedule}`)
  return [`Diverged: ${list.format(told)}. Where a run of it did, a schedule ranks last.`]
}
