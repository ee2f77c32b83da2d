import { addTo, divideInto } from './combine.ts'
import { checkMembers, type Member, type Truth } from './members.ts'
import { score } from './scores.ts'

/** Ensembles of `runs` runs with the last `snapshots` snapshots of each. */
export interface RunsBySnapshots {
  readonly runs: number
  readonly snapshots: number
  /** Mean accuracy, in 0..1, of the ensembles that were built so. */
  readonly accuracy: number
  readonly least: number
  readonly most: number
  /** Of so many ensembles. */
  readonly ensembles: number
}

/**
 * The table by which SGDR is judged (Loshchilov and Hutter 2017, table 2): N runs times M snapshots, mean of probabilities.
 * For each N below all, as many ensembles are built as there are runs: each run with the N - 1 that follow it, in a ring, so
 * that every run counts as often as any other.
 * @param runs of each its snapshots, oldest first; M goes up to the fewest that one has
 * @throws UserError if there is no member, or shapes or labels do not fit
 */
export function runsBySnapshots(runs: readonly (readonly Member[])[], truth: Truth): RunsBySnapshots[] {
  checkMembers(runs.flat(), truth)
  const most = Math.min(...runs.map((members) => members.length))
  return Array.from({ length: most }, (_, before) => {
    const snapshots = before + 1
    const sums = runs.map((members) => sumOf(members.slice(-snapshots)))
    return runs.map((_run, fewer) => {
      const count = fewer + 1
      const ensembles = count === runs.length ? 1 : runs.length
      const accuracies = Array.from({ length: ensembles }, (_ring, first) => {
        const sum = sumOf(
          Array.from({ length: count }, (_next, k) => ({ probs: sums[(first + k) % runs.length] ?? empty })),
        )
        return score(divideInto(sum, sum, count * snapshots), truth).accuracy
      })
      return {
        runs: count,
        snapshots,
        accuracy: accuracies.reduce((all, one) => all + one, 0) / ensembles,
        least: Math.min(...accuracies),
        most: Math.max(...accuracies),
        ensembles,
      }
    })
  }).flat()
}

const empty = new Float64Array(0)

function sumOf(members: readonly Member[]): Float64Array {
  const sum = new Float64Array(members[0]?.probs.length ?? 0)
  for (const { probs } of members) addTo(sum, probs)
  return sum
}
