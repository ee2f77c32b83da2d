import type { Slices } from '../slices.ts'
import { type Difference, differenceOf } from './difference.ts'
import type { Probs, Truth } from './index.ts'
import { addRow, leadOf, rounding } from './lead.ts'

/** Entries looked at between two rests: about two milliseconds' worth. */
const slice = 250_000

/** More than sums of a thousand logarithms lose, in parts of what one of them reaches. */
const relativeRounding = 1e-6

/**
 * By how much the ensemble's accuracy is above that of the ensemble that lacks one member, for each in the order of the members,
 * with the paired standard error. Sums from both ends of a row meet
 * at the member left out, so that nothing is subtracted: taking a large term off again would lose the small ones.
 * @param matrices the members' probabilities
 * @param weights above 0, one a matrix; they need not sum to 1, as the largest sum is the largest mean
 * @param reach how much one member can change a lead in a row, at most: a larger lead stands without any of them. Above
 * all numbers where that is not known, as of a row with a NaN
 * @param term what is summed up of an entry, where that is not the entry itself
 */
export function* gainOfEach(
  matrices: readonly Probs[],
  weights: readonly number[],
  { labels, classes }: Truth,
  reach: (row: number) => number,
  term?: (entry: number) => number,
): Slices<Difference[]> {
  const members = matrices.length
  /** Examples right with the member and wrong without it, and the other way round. */
  const won = new Uint32Array(members)
  const lost = new Uint32Array(members)
  /** What is summed up of the example at hand, a row a member. */
  const terms = new Float64Array(members * classes)
  /** later[k]: the sum of members k, k + 1, ... of the example at hand. */
  const later = Array.from({ length: members + 1 }, () => new Float64Array(classes))
  const total = later[0] ?? new Float64Array(classes)
  const earlier = new Float64Array(classes)
  const sum = new Float64Array(classes)
  const rowsAtOnce = Math.max(1, Math.floor(slice / terms.length))
  for (let row = 0; row < labels.length; row++) {
    if (row % rowsAtOnce === 0 && row > 0) yield
    const label = labels[row] ?? -1
    gatherRow(matrices, row * classes, classes, term, terms)
    sumOfRows(terms, weights, total)
    const lead = leadOf(total, label)
    if (Math.abs(lead) > reach(row) * (1 + relativeRounding) + rounding) continue
    const isRight = lead > 0
    sumFromEnd(terms, weights, later)
    earlier.fill(0)
    for (let k = 0; k < members; k++) {
      sum.set(earlier)
      addRow(sum, later[k + 1] ?? earlier, 0, 1)
      const isRightWithout = leadOf(sum, label) > 0
      if (isRight && !isRightWithout) won[k] = (won[k] ?? 0) + 1
      else if (isRightWithout && !isRight) lost[k] = (lost[k] ?? 0) + 1
      addRow(earlier, terms, k * classes, weights[k] ?? 0)
    }
  }
  return Array.from(won, (more, k) => differenceOf(more, lost[k] ?? 0, labels.length))
}

function gatherRow(
  matrices: readonly Probs[],
  start: number,
  classes: number,
  term: ((entry: number) => number) | undefined,
  terms: Float64Array,
): void {
  for (let k = 0, at = 0; k < matrices.length; k++) {
    const matrix = matrices[k]
    if (matrix === undefined) continue
    for (let i = start; i < start + classes; i++, at++) {
      const entry = matrix[i] ?? Number.NaN
      terms[at] = term === undefined ? entry : term(entry)
    }
  }
}

function sumOfRows(terms: Float64Array, weights: readonly number[], sum: Float64Array): void {
  sum.fill(0)
  for (let k = 0; k < weights.length; k++) addRow(sum, terms, k * sum.length, weights[k] ?? 0)
}

function sumFromEnd(terms: Float64Array, weights: readonly number[], later: readonly Float64Array[]): void {
  for (let k = weights.length - 1; k > 0; k--) {
    const sum = later[k]
    const next = later[k + 1]
    if (sum === undefined || next === undefined) continue
    sum.set(next)
    addRow(sum, terms, k * sum.length, weights[k] ?? 0)
  }
}
