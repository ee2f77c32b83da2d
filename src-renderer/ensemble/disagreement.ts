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

/** Mean over the pairs of members; undefined for fewer than two. */
export function meanDisagreement(table: Disagreement, isMember: readonly boolean[]): number | undefined {
  const members = table.flatMap((_, k) => (isMember[k] === true ? [k] : []))
  const pairs = members.flatMap((i, place) => members.slice(0, place).map((j) => table[i]?.[j] ?? 0))
  return pairs.length === 0 ? undefined : pairs.reduce((sum, share) => sum + share, 0) / pairs.length
}

/** Share of the examples that at least one member gets right: what a perfect chooser among them would reach. */
export function anyRight(members: readonly Predictions[], labels: ArrayLike<number>): number {
  let right = 0
  for (let n = 0; n < labels.length; n++) {
    if (members.some(({ scores }) => scores.argmax[n] === labels[n])) right++
  }
  return right / labels.length
}
