import type { Predictions } from './predictions.ts'

/** How often candidates predict different classes, as a share of the examples; symmetric, 0 on the diagonal. */
export type Disagreement = readonly (readonly number[])[]

export function disagreementOf(candidates: readonly Predictions[]): Disagreement {
  const table = candidates.map(() => new Array<number>(candidates.length).fill(0))
  candidates.forEach(({ scores: a }, i) => {
    candidates.slice(0, i).forEach(({ scores: b }, j) => {
      const share = differing(a.argmax, b.argmax)
      const [mine, theirs] = [table[i], table[j]]
      if (mine) mine[j] = share
      if (theirs) theirs[i] = share
    })
  })
  return table
}

function differing(a: Int32Array, b: Int32Array): number {
  let differ = 0
  for (let n = 0; n < a.length; n++) if (a[n] !== b[n]) differ++
  return differ / a.length
}

/**
 * Mean over the pairs of members; undefined for fewer than two. Counted example by example, as the pairs that agree on a
 * class are those among its voters: 300 members have 44,850 pairs.
 */
export function meanDisagreement(members: readonly Predictions[]): number | undefined {
  const [first] = members
  if (first === undefined || members.length < 2) return undefined
  const examples = first.labels.length
  // Place 0 is for those who predicted nothing, and agree in that.
  const voters = new Uint32Array(first.truth.classes + 1)
  let agreeing = 0
  for (let n = 0; n < examples; n++) {
    voters.fill(0)
    for (const { scores } of members) {
      const place = (scores.argmax[n] ?? -1) + 1
      voters[place] = (voters[place] ?? 0) + 1
    }
    for (const count of voters) agreeing += (count * (count - 1)) / 2
  }
  const pairs = (members.length * (members.length - 1)) / 2
  return 1 - agreeing / (pairs * examples)
}

/** Share of the examples that at least one member gets right: what a perfect chooser among them would reach. */
export function anyRight(members: readonly Predictions[], labels: ArrayLike<number>): number {
  let right = 0
  for (let n = 0; n < labels.length; n++) {
    if (members.some(({ scores }) => scores.argmax[n] === labels[n])) right++
  }
  return right / labels.length
}
