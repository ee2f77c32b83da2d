import type { Probs, Truth } from '../ensemble/members.ts'

export interface ConfidentJoint {
  /** Mean probability that the examples of a class give it; Infinity for a class without examples. */
  readonly thresholds: Float64Array
  /** [given label, likely label], row-major: examples that are confidently of a class. */
  readonly counts: Uint32Array
  /** Likely label of each example; -1 where no class reaches its threshold. */
  readonly likely: Int32Array
}

/**
 * The confident joint of Northcutt et al. 2021, "Confident Learning", equations 1 and 2: an example is counted for the most
 * probable of the classes whose threshold its probability reaches. Only sound for predictions on held-out examples.
 * @param probs shape [N, C]
 */
export function confidentJoint(probs: Probs, { labels, classes }: Truth): ConfidentJoint {
  const thresholds = selfConfidence(probs, labels, classes)
  const counts = new Uint32Array(classes * classes)
  const likely = new Int32Array(labels.length).fill(-1)
  for (let n = 0; n < labels.length; n++) {
    let top = -1
    for (let c = 0; c < classes; c++) {
      const p = probs[n * classes + c] ?? 0
      if (p < (thresholds[c] ?? 0) || !(p > top)) continue
      top = p
      likely[n] = c
    }
    const found = likely[n] ?? -1
    if (found < 0) continue
    const at = (labels[n] ?? 0) * classes + found
    counts[at] = (counts[at] ?? 0) + 1
  }
  return { thresholds, counts, likely }
}

function selfConfidence(probs: Probs, labels: ArrayLike<number>, classes: number): Float64Array {
  const sums = new Float64Array(classes)
  const sizes = new Uint32Array(classes)
  for (let n = 0; n < labels.length; n++) {
    const label = labels[n] ?? 0
    sums[label] = (sums[label] ?? 0) + (probs[n * classes + label] ?? 0)
    sizes[label] = (sizes[label] ?? 0) + 1
  }
  return sums.map((sum, c) => (sizes[c] === 0 ? Number.POSITIVE_INFINITY : sum / (sizes[c] ?? 1)))
}

/** A label that may be wrong. */
export interface LabelDoubt {
  readonly row: number
  readonly label: number
  /** What the example is confidently taken for. */
  readonly likely: number
  /** Probability of the given label less that of the most probable other class, -1..1: the lower, the more doubtful. */
  readonly margin: number
}

/** Examples off the diagonal of the confident joint, the most doubtful first. */
export function labelDoubts(probs: Probs, truth: Truth): LabelDoubt[] {
  const { likely } = confidentJoint(probs, truth)
  const { labels, classes } = truth
  const doubts: LabelDoubt[] = []
  for (const [row, found] of likely.entries()) {
    const label = labels[row] ?? 0
    if (found < 0 || found === label) continue
    doubts.push({ row, label, likely: found, margin: marginOf(probs, row, classes, label) })
  }
  return doubts.sort((a, b) => a.margin - b.margin || a.row - b.row)
}

function marginOf(probs: Probs, row: number, classes: number, label: number): number {
  let other = Number.NEGATIVE_INFINITY
  for (let c = 0; c < classes; c++)
    if (c !== label) other = Math.max(other, probs[row * classes + c] ?? Number.NaN)
  return (probs[row * classes + label] ?? Number.NaN) - other
}
