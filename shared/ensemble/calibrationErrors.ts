import { DEFAULT_BINS, expectedCalibrationError, reliabilityBins } from './calibration.ts'
import { checkShape, exampleCount, type Probs, type Truth } from './members.ts'
import { predictions } from './scores.ts'

/** Three ways to sum up how far from right a predictor's confidence is. Each 0..1; NaN with a NaN among the probabilities. */
export interface CalibrationErrors {
  /** Bins used: of each class, for the classwise error. */
  readonly bins: number
  /** Equal-width bins of the confidence (Guo et al. 2017). */
  readonly ece: number
  /** Bins of equal size instead. */
  readonly adaptive: number
  /** Of the probabilities of every class, not of the predicted one alone. */
  readonly classwise: number
}

/** @param probs shape [N, C]  @throws UserError if shapes or labels do not fit */
export function calibrationErrors(
  probs: Probs,
  truth: Truth,
  bins: number = DEFAULT_BINS,
): CalibrationErrors {
  const examples = exampleCount(truth)
  checkShape(probs, truth)
  const { argmax, confidence } = predictions(probs, truth.classes)
  return {
    bins,
    ece: expectedCalibrationError(reliabilityBins(argmax, confidence, truth.labels, bins), examples),
    adaptive: adaptiveError(argmax, confidence, truth.labels, bins),
    classwise: classwiseError(probs, truth, bins),
  }
}

/**
 * ECE over B bins of equal size: the examples in the order of their confidence (of equal ones in their own order) are cut
 * into B runs, the first N mod B of them longer by one. The equal-mass bins are those of Nixon et al. 2019, "Measuring
 * calibration in deep learning", section 3, here of the predicted class alone; their ACE averages over the classes too.
 */
function adaptiveError(
  argmax: Int32Array,
  confidence: Float64Array,
  labels: ArrayLike<number>,
  bins: number,
): number {
  const n = labels.length
  if (confidence.some(Number.isNaN)) return Number.NaN
  // Sorted by confidence and then by place, which the indices of equal confidences are in.
  const order = Uint32Array.from({ length: n }, (_, row) => row).sort(
    (a, b) => (confidence[a] ?? 0) - (confidence[b] ?? 0) || a - b,
  )
  let error = 0
  let at = 0
  for (let bin = 0; bin < bins; bin++) {
    const size = Math.floor(n / bins) + (bin < n % bins ? 1 : 0)
    let difference = 0
    for (const end = at + size; at < end; at++) {
      const row = order[at] ?? 0
      difference += (argmax[row] === labels[row] ? 1 : 0) - (confidence[row] ?? 0)
    }
    error += Math.abs(difference)
  }
  return error / n
}

/**
 * Classwise ECE (Kull et al. 2019, "Beyond temperature scaling", equation 3): the mean over classes of the ECE of p[c] against
 * whether c is the label, over B equal-width bins (b/B, (b+1)/B] of p[c], 0 in the first.
 */
function classwiseError(probs: Probs, { labels, classes }: Truth, bins: number): number {
  const n = labels.length
  let sum = 0
  for (let c = 0; c < classes; c++) {
    const differences = new Float64Array(bins)
    for (let row = 0; row < n; row++) {
      const p = probs[row * classes + c] ?? Number.NaN
      if (Number.isNaN(p)) return Number.NaN
      const bin = Math.min(bins - 1, Math.max(0, Math.ceil(p * bins) - 1))
      differences[bin] = (differences[bin] ?? 0) + (labels[row] === c ? 1 : 0) - p
    }
    for (const difference of differences) sum += Math.abs(difference)
  }
  return sum / n / classes
}
