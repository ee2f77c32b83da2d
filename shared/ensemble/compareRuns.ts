import { type HurtfulStart, hurtfulStart } from './earlyMembers.ts'
import { type EqualCost, equalCost } from './equalCost.ts'
import type { Member, Truth } from './members.ts'
import { type RunsBySnapshots, runsBySnapshots } from './runsBySnapshots.ts'

/** A run whose members are compared: their places among all, oldest first, and what each cost in training steps. */
export interface ComparedRun {
  readonly id: string
  readonly places: readonly number[]
  /** Null: not known, as of a run that another program trained. */
  readonly costs: readonly (number | null)[]
}

interface Answered {
  readonly members: readonly Member[]
  readonly truth: Truth
}

export interface RunsCompared {
  /** N runs times M snapshots on the judged part; empty for a single run. */
  readonly grid: readonly RunsBySnapshots[]
  /** On the judged part; empty for a single run. */
  readonly equalCost: readonly EqualCost[]
  /** Runs left out of `equalCost`: what they cost is not known. */
  readonly withoutCost: readonly string[]
  /** Told by the part that members are chosen on. */
  readonly hurtful: readonly (HurtfulStart & { readonly runId: string })[]
}

/**
 * What several runs of the same data are worth beside the snapshots of one. Taken in the order of their ids, so that the rings of
 * runs are the same in whatever order they were named.
 * @throws UserError if shapes or labels do not fit
 */
export function compareRuns(
  given: readonly ComparedRun[],
  judged: Answered,
  choosing: Answered,
): RunsCompared {
  const runs = given.toSorted((a, b) => (a.id < b.id ? -1 : 1))
  const membersOf = ({ places }: ComparedRun, of: Answered) => places.flatMap((k) => of.members[k] ?? [])
  const priced = runs.filter(({ costs }) => costs.every((cost) => cost !== null))
  const isSeveral = runs.length > 1
  return {
    grid: isSeveral
      ? runsBySnapshots(
          runs.map((run) => membersOf(run, judged)),
          judged.truth,
        )
      : [],
    equalCost:
      priced.length > 1
        ? equalCost(
            priced.map((run) => pricedOf(run, judged)),
            judged.truth,
          )
        : [],
    withoutCost: isSeveral ? runs.filter((run) => !priced.includes(run)).map(({ id }) => id) : [],
    hurtful: runs.flatMap((run) => {
      const found = hurtfulStart(membersOf(run, choosing), choosing.truth)
      return found === null ? [] : [{ ...found, runId: run.id }]
    }),
  }
}

function pricedOf({ places, costs }: ComparedRun, { members }: Answered) {
  return places.flatMap((k, at) => {
    const [member, cost] = [members[k], costs[at]]
    return member === undefined || cost == null ? [] : [{ probs: member.probs, cost }]
  })
}
