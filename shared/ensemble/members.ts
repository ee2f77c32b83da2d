import { UserError } from '../errors.ts'

/** Class probabilities of every example, shape [N, C], row-major, each row summing to 1. */
export type Probs = Float32Array | Float64Array

/** One model's answers on a held-out set, as stored with a snapshot. */
export interface Member {
  readonly probs: Probs
}

/** The held-out set itself: N labels in 0..C-1, in the row order of the members' probabilities. */
export interface Truth {
  readonly labels: ArrayLike<number>
  readonly classes: number
}

/** N, the number of examples. @throws UserError if there are none, or if a label is not one of the C classes. */
export function exampleCount(truth: Truth): number {
  const { labels, classes } = truth
  if (labels.length === 0) {
    throw new UserError('Scoring predictions needs at least one labelled example, but the set is empty.')
  }
  for (let n = 0; n < labels.length; n++) {
    const label = labels[n] ?? Number.NaN
    if (!Number.isInteger(label) || label < 0 || label >= classes) {
      throw new UserError(
        `Scoring predictions: label ${label} of example ${n} is not one of the classes 0 to ${classes - 1}; ` +
          'check that predictions and labels come from the same data set.',
      )
    }
  }
  return labels.length
}

/** @throws UserError unless `probs` has exactly one row of C probabilities for each of the N examples */
export function checkShape(probs: Probs, truth: Truth): void {
  const wanted = truth.labels.length * truth.classes
  if (probs.length === wanted) return
  throw new UserError(
    `Scoring predictions: ${truth.labels.length} examples of ${truth.classes} classes need ${wanted} probabilities, ` +
      `received ${probs.length}; combine only snapshots evaluated on the same data.`,
  )
}

/** N after checking labels and the shape of every member. @throws UserError, also when there is no member */
export function checkMembers(members: readonly Member[], truth: Truth): number {
  firstOf(members)
  const n = exampleCount(truth)
  for (const member of members) checkShape(member.probs, truth)
  return n
}

/** The first member. @throws UserError when there is none */
export function firstOf<T>(members: readonly T[]): T {
  const [first] = members
  if (first === undefined) throw new UserError('An ensemble needs at least one member, but none was chosen.')
  return first
}
