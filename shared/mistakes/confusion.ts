import type { Truth } from '../ensemble/members.ts'

/** Who is taken for whom. */
export interface Confusion {
  readonly classes: number
  /** [true class, predicted class], row-major, counts of examples. */
  readonly counts: Uint32Array
  /** Examples of each true class, those without a prediction among them. */
  readonly rowSums: Uint32Array
  /** Examples predicted as each class. */
  readonly columnSums: Uint32Array
}

/** How well one class is found. Shares in 0..1; null where their denominator is 0. */
export interface ClassMeasures {
  readonly label: number
  /** Examples of the class. */
  readonly examples: number
  /** Examples predicted as the class, rightly or not. */
  readonly predicted: number
  readonly correct: number
  /** correct / predicted */
  readonly precision: number | null
  /** correct / examples */
  readonly recall: number | null
  /** 2 correct / (examples + predicted): the harmonic mean of precision and recall. */
  readonly f1: number | null
}

/** @param argmax predicted class of each example; -1 where there is none, which counts in its row's sum alone */
export function confusionOf(argmax: ArrayLike<number>, { labels, classes }: Truth): Confusion {
  const counts = new Uint32Array(classes * classes)
  const rowSums = new Uint32Array(classes)
  const columnSums = new Uint32Array(classes)
  for (let n = 0; n < labels.length; n++) {
    const label = labels[n] ?? 0
    const guess = argmax[n] ?? -1
    rowSums[label] = (rowSums[label] ?? 0) + 1
    if (guess < 0) continue
    columnSums[guess] = (columnSums[guess] ?? 0) + 1
    counts[label * classes + guess] = (counts[label * classes + guess] ?? 0) + 1
  }
  return { classes, counts, rowSums, columnSums }
}

/** In class order. */
export function measuresOf({ classes, counts, rowSums, columnSums }: Confusion): ClassMeasures[] {
  return Array.from({ length: classes }, (_, label) => {
    const correct = counts[label * classes + label] ?? 0
    const examples = rowSums[label] ?? 0
    const predicted = columnSums[label] ?? 0
    return {
      ...{ label, examples, predicted, correct },
      precision: share(correct, predicted),
      recall: share(correct, examples),
      f1: share(2 * correct, examples + predicted),
    }
  })
}

export const confusionViews = ['counts', 'rows', 'columns'] as const
/** rows: as a share of the true class. columns: as a share of the predicted class. */
export type ConfusionView = (typeof confusionViews)[number]

/** One cell: a count, or a share in 0..1; null for a share of nothing. */
export function cellOf(confusion: Confusion, label: number, guess: number, view: ConfusionView) {
  const count = confusion.counts[label * confusion.classes + guess] ?? 0
  if (view === 'counts') return count
  return share(count, (view === 'rows' ? confusion.rowSums[label] : confusion.columnSums[guess]) ?? 0)
}

export interface ConfusedPair {
  readonly label: number
  readonly guess: number
  readonly count: number
}

/** The cells off the diagonal that hold examples, most first; ties in the order of the classes. */
export function confusedPairs({ classes, counts }: Confusion): ConfusedPair[] {
  const pairs: ConfusedPair[] = []
  for (const [at, count] of counts.entries()) {
    const [label, guess] = [Math.floor(at / classes), at % classes]
    if (count > 0 && label !== guess) pairs.push({ label, guess, count })
  }
  return pairs.sort((a, b) => b.count - a.count)
}

/** At most `most` classes, those with the most mistakes of and for them, in class order: what a matrix has room for. */
export function busiestClasses({ classes, counts, rowSums, columnSums }: Confusion, most: number): number[] {
  const wrong = (c: number): number =>
    (rowSums[c] ?? 0) + (columnSums[c] ?? 0) - 2 * (counts[c * classes + c] ?? 0)
  return Array.from({ length: classes }, (_, c) => c)
    .sort((a, b) => wrong(b) - wrong(a) || a - b)
    .slice(0, most)
    .sort((a, b) => a - b)
}

const share = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole)
