import type { Probs, Truth } from '../../shared/ensemble/index.ts'

/**
 * Accuracies of the ensembles that lack one member each, in the order of the members. Sums from both ends of a row meet
 * at the member left out, so that nothing is subtracted: taking a large term off again would lose the small ones.
 * @param matrices what is summed up: the members' probabilities or their logarithms
 * @param weights above 0, one a matrix; they need not sum to 1, as the largest sum is the largest mean
 */
export function accuracyWithoutEach(
  matrices: readonly Probs[],
  weights: readonly number[],
  { labels, classes }: Truth,
): number[] {
  const members = matrices.length
  const correct = new Uint32Array(members)
  // Row k: the sum of members k, k + 1, ... of the example at hand.
  const later = new Float64Array((members + 1) * classes)
  const earlier = new Float64Array(classes)
  for (let row = 0; row < labels.length; row++) {
    const start = row * classes
    sumFromEnd(matrices, weights, start, later, classes)
    earlier.fill(0)
    for (let k = 0; k < members; k++) {
      if (argmaxOfSum(earlier, later, (k + 1) * classes) === labels[row]) correct[k] = (correct[k] ?? 0) + 1
      addRow(earlier, matrices[k], weights[k] ?? 0, start)
    }
  }
  return Array.from(correct, (right) => right / labels.length)
}

function sumFromEnd(
  matrices: readonly Probs[],
  weights: readonly number[],
  start: number,
  later: Float64Array,
  classes: number,
): void {
  for (let k = matrices.length - 1; k >= 0; k--) {
    const matrix = matrices[k]
    const weight = weights[k] ?? 0
    const at = k * classes
    for (let c = 0; c < classes; c++) {
      later[at + c] = (later[at + classes + c] ?? 0) + weight * (matrix?.[start + c] ?? Number.NaN)
    }
  }
}

function addRow(sum: Float64Array, matrix: Probs | undefined, weight: number, start: number): void {
  for (let c = 0; c < sum.length; c++) sum[c] = (sum[c] ?? 0) + weight * (matrix?.[start + c] ?? Number.NaN)
}

function argmaxOfSum(a: Float64Array, b: Float64Array, at: number): number {
  let best = -1
  let top = Number.NEGATIVE_INFINITY
  for (let c = 0; c < a.length; c++) {
    const value = (a[c] ?? 0) + (b[at + c] ?? 0)
    if (value > top) {
      top = value
      best = c
    }
  }
  return best
}
