import { addTo } from './combine.ts'
import type { Difference } from './difference.ts'
import { checkMembers, type Member, type Truth } from './members.ts'
import { predictions } from './scores.ts'

/** A snapshot of a run with what it took to get there. */
export interface PricedMember extends Member {
  /** Training steps up to it, its ancestors' included. */
  readonly cost: number
}

/** Ensembles of one kind within a budget: means over `ensembles` of them, in each of which every run counts as often. */
export interface Bought {
  readonly accuracy: number
  readonly ensembles: number
  /** Mean number of members. */
  readonly members: number
}

export interface Independent extends Bought {
  readonly runs: number
  /** Accuracy of the snapshot ensembles less that of these, on the same examples; null where there are none. */
  readonly snapshotsAhead: Difference | null
}

/** What so many training steps buy. */
export interface EqualCost {
  /** Steps. */
  readonly budget: number
  /** The newest snapshot of one run. */
  readonly single: Bought
  /** All snapshots of one run; null where no run has two by then. */
  readonly snapshots: Bought | null
  /** The newest snapshots of N runs that each got 1/N of the budget, for every N from 2 that got so far. */
  readonly independent: readonly Independent[]
}

const mostBudgets = 12

/**
 * Snapshot ensembles of one run against ensembles of independent models at the same training cost (the question of Huang et al.
 * 2017, table 1). Budgets are the costs of the snapshots up to the least that a run has spent, at most 12 of them, the
 * dearest always. Ensembles are means of probabilities; of N runs there are as many as runs, in a ring. The standard error is
 * over examples, of the mean over ensembles.
 * A snapshot at 1/N of a run is one of a run whose plan went on: where its rate had not come down by then, a run planned for
 * that budget would be better.
 * @param runs of each its snapshots, oldest first
 * @throws UserError if there is no member, or shapes or labels do not fit
 */
export function equalCost(runs: readonly (readonly PricedMember[])[], truth: Truth): EqualCost[] {
  checkMembers(runs.flat(), truth)
  const spent = Math.min(...runs.map((members) => Math.max(0, ...members.map(({ cost }) => cost))))
  const costs = [...new Set(runs.flat().map(({ cost }) => cost))].filter((cost) => cost <= spent)
  const budgets = thinned(
    costs
      .sort((a, b) => a - b)
      .filter((cost) => runs.every((members) => members.some((one) => one.cost <= cost))),
  )
  return budgets.map((budget) => {
    const within = (members: readonly PricedMember[], most: number) =>
      members.filter(({ cost }) => cost <= most)
    const single = rightness(
      runs.map((members) => within(members, budget).slice(-1)),
      truth,
    )
    const several = runs.map((members) => within(members, budget)).filter((members) => members.length > 1)
    const snapshots = several.length === runs.length ? rightness(several, truth) : null
    const independent: Independent[] = []
    for (let count = 2; count <= runs.length; count++) {
      const newest = runs.map((members) => within(members, budget / count).slice(-1))
      if (newest.some((members) => members.length === 0)) break
      const ensembles = count === runs.length ? 1 : runs.length
      const ring = Array.from({ length: ensembles }, (_, first) =>
        Array.from({ length: count }, (_next, k) => newest[(first + k) % runs.length] ?? []).flat(),
      )
      const bought = rightness(ring, truth)
      const snapshotsAhead = snapshots && meanDifference(snapshots.right, bought.right)
      independent.push({ ...bought.bought, runs: count, snapshotsAhead })
    }
    return { budget, single: single.bought, snapshots: snapshots?.bought ?? null, independent }
  })
}

function thinned(budgets: readonly number[]): number[] {
  const every = Math.ceil(budgets.length / mostBudgets)
  return budgets.filter((_, k) => (budgets.length - 1 - k) % every === 0)
}

interface Rightness {
  readonly bought: Bought
  /** Share of the ensembles that are right, by example. */
  readonly right: Float64Array
}

function rightness(ensembles: readonly (readonly Member[])[], { labels, classes }: Truth): Rightness {
  const right = new Float64Array(labels.length)
  const sum = new Float64Array(labels.length * classes)
  for (const members of ensembles) {
    sum.fill(0)
    for (const { probs } of members) addTo(sum, probs)
    const { argmax } = predictions(sum, classes)
    for (let n = 0; n < right.length; n++)
      if (argmax[n] === labels[n]) right[n] = (right[n] ?? 0) + 1 / ensembles.length
  }
  return {
    right,
    bought: {
      accuracy: right.reduce((total, share) => total + share, 0) / right.length,
      ensembles: ensembles.length,
      members: ensembles.reduce((total, members) => total + members.length, 0) / ensembles.length,
    },
  }
}

function meanDifference(a: Float64Array, b: Float64Array): Difference {
  const n = a.length
  let sum = 0
  let squares = 0
  for (let row = 0; row < n; row++) {
    const difference = (a[row] ?? 0) - (b[row] ?? 0)
    sum += difference
    squares += difference * difference
  }
  const accuracy = sum / n
  return { accuracy, standardError: Math.sqrt(Math.max(0, squares / n - accuracy * accuracy) / n) }
}
