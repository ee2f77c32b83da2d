import { UserError } from '../errors.ts'

/** One bar of a reliability diagram: the examples whose confidence lies in (lo, hi]. */
export interface ReliabilityBin {
  /** index 0..B-1 */
  readonly bin: number
  readonly lo: number
  readonly hi: number
  readonly count: number
  /** fraction of these examples predicted right, 0..1 */
  readonly accuracy: number
  /** their mean confidence, 0..1 */
  readonly confidence: number
}

/** Equal-width bins used where nothing else is said (Guo et al. 2017 use 15). */
export const DEFAULT_BINS = 15

/**
 * The non-empty bins of a reliability diagram, ascending, over B equal-width bins of the confidence max_c p[c].
 * Bin b holds (b/B, (b+1)/B]; a confidence of 0 falls into bin 0. Guo et al. 2017, "On calibration of modern neural
 * networks", section 2. An example without a prediction (argmax -1) has confidence NaN and makes bin 0's NaN.
 * @param argmax predicted class per example  @param confidence its probability  @param labels true class
 * @throws UserError unless `bins` is a whole number from 1 up
 */
export function reliabilityBins(
  argmax: ArrayLike<number>,
  confidence: ArrayLike<number>,
  labels: ArrayLike<number>,
  bins: number = DEFAULT_BINS,
): ReliabilityBin[] {
  if (!Number.isInteger(bins) || bins < 1) {
    throw new UserError(
      `Measuring calibration: the number of bins must be a whole number >= 1, received ${bins}.`,
    )
  }
  const count = new Float64Array(bins)
  const correct = new Float64Array(bins)
  const confident = new Float64Array(bins)
  for (let n = 0; n < labels.length; n++) {
    const conf = confidence[n] ?? Number.NaN
    const bin = Math.min(bins - 1, Math.max(0, Math.ceil(conf * bins) - 1)) || 0
    count[bin] = (count[bin] ?? 0) + 1
    confident[bin] = (confident[bin] ?? 0) + conf
    if (argmax[n] === labels[n]) correct[bin] = (correct[bin] ?? 0) + 1
  }
  const filled: ReliabilityBin[] = []
  for (let bin = 0; bin < bins; bin++) {
    const size = count[bin] ?? 0
    if (size === 0) continue
    const accuracy = (correct[bin] ?? 0) / size
    filled.push({
      bin,
      lo: bin / bins,
      hi: (bin + 1) / bins,
      count: size,
      accuracy,
      confidence: (confident[bin] ?? 0) / size,
    })
  }
  return filled
}

/** Expected calibration error, 0..1: the mean over examples of |accuracy - mean confidence| of their bin. */
export function expectedCalibrationError(bins: readonly ReliabilityBin[], examples: number): number {
  let ece = 0
  for (const { count, accuracy, confidence } of bins) {
    ece += (count / examples) * Math.abs(accuracy - confidence)
  }
  return ece
}
