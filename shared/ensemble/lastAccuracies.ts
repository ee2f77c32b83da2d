import type { Slices } from '../slices.ts'
import type { Probs, Truth } from './members.ts'

/** Entries looked at between two rests: about two milliseconds' worth. */
const slice = 250_000

/**
 * Accuracy of the averages of the last 1, 2, ..., M members. The argmax of a mean is that of the sum, so nothing is divided;
 * a row at a time keeps the running sum of that row at hand.
 * @param members oldest first
 */
export function* lastAccuracies(members: readonly Probs[], truth: Truth): Slices<number[]> {
  const newestFirst = members.toReversed()
  const correct = new Array<number>(members.length).fill(0)
  const examples = truth.labels.length
  const rows = Math.max(1, Math.floor(slice / (truth.classes * Math.max(1, members.length))))
  for (let from = 0; from < examples; from += rows) {
    countRight(newestFirst, truth, from, Math.min(examples, from + rows), correct)
    yield
  }
  return correct.map((count) => count / examples)
}

function countRight(
  newestFirst: readonly Probs[],
  { labels, classes }: Truth,
  from: number,
  to: number,
  correct: number[],
): void {
  const sum = new Float64Array(classes)
  for (let row = from; row < to; row++) {
    sum.fill(0)
    const start = row * classes
    for (let m = 0; m < newestFirst.length; m++) {
      const probs = newestFirst[m]
      if (probs !== undefined && addRowArgmax(sum, probs, start) === labels[row]) {
        correct[m] = (correct[m] ?? 0) + 1
      }
    }
  }
}

/** Adds the row at `start` to `sum`; the index of the largest sum, lowest on a tie, -1 if all are NaN. */
function addRowArgmax(sum: Float64Array, probs: Probs, start: number): number {
  let best = -1
  let top = Number.NEGATIVE_INFINITY
  for (let c = 0; c < sum.length; c++) {
    const value = (sum[c] ?? 0) + (probs[start + c] ?? Number.NaN)
    sum[c] = value
    if (value > top) {
      top = value
      best = c
    }
  }
  return best
}
