import {
  DEFAULT_BINS,
  expectedCalibrationError,
  type ReliabilityBin,
  reliabilityBins,
} from './calibration.ts'
import { checkShape, exampleCount, type Probs, type Truth } from './members.ts'

/** How good one predictor (a member or an ensemble) is on the held-out set. */
export interface Scores {
  /** predicted class per example, lowest index on a tie; -1 where every probability of the row is NaN */
  readonly argmax: Int32Array
  /** probability of the predicted class per example */
  readonly confidence: Float64Array
  /** 0..1 */
  readonly accuracy: number
  /** mean of -ln p[y] in nats, unclipped: Infinity as soon as one true class was given probability 0 */
  readonly nll: number
  /** mean over examples of sum_c (p - onehot)^2, 0..2 (Brier 1950) */
  readonly brier: number
  /** brier / C */
  readonly brierPerClass: number
  /** expected calibration error, 0..1 */
  readonly ece: number
  readonly eceBins: readonly ReliabilityBin[]
}

/** Right and predicted counts of one class. */
export interface ClassScore {
  readonly label: number
  /** examples of this class */
  readonly count: number
  /** examples predicted as this class, rightly or not */
  readonly predicted: number
  readonly correct: number
  /** correct / count; null for a class without examples */
  readonly accuracy: number | null
  /** correct / predicted; null for a class never predicted */
  readonly precision: number | null
}

/**
 * Scores one predictor. NaN probabilities are not repaired: nll, brier and ece become NaN, the row counts as wrong.
 * @param probs shape [N, C]
 * @throws UserError if shapes or labels do not fit
 */
export function score(probs: Probs, truth: Truth, bins: number = DEFAULT_BINS): Scores {
  const n = exampleCount(truth)
  checkShape(probs, truth)
  const { labels, classes } = truth
  const argmax = new Int32Array(n)
  const confidence = new Float64Array(n)
  let correct = 0
  let logLikelihood = 0
  let squares = 0
  // Once over the matrix for all of them: this is most of what a tick costs.
  for (let row = 0, start = 0; row < n; row++, start += classes) {
    const y = labels[row] ?? -1
    let best = -1
    let top = Number.NEGATIVE_INFINITY
    let own = Number.NaN
    let square = 0
    for (let c = 0; c < classes; c++) {
      const p = probs[start + c] ?? Number.NaN
      if (p > top) {
        top = p
        best = c
      }
      if (c === y) own = p
      const error = c === y ? p - 1 : p
      square += error * error
    }
    argmax[row] = best
    confidence[row] = best < 0 ? Number.NaN : top
    if (best === y) correct++
    logLikelihood += Math.log(own)
    squares += square
  }
  const eceBins = reliabilityBins(argmax, confidence, labels, bins)
  return {
    argmax,
    confidence,
    accuracy: correct / n,
    nll: 0 - logLikelihood / n,
    brier: squares / n,
    brierPerClass: squares / n / classes,
    ece: expectedCalibrationError(eceBins, n),
    eceBins,
  }
}

/** Most probable class of every row and its probability; -1 and NaN for a row of NaNs. */
export function predictions(
  probs: Probs,
  classes: number,
): { argmax: Int32Array<ArrayBuffer>; confidence: Float64Array<ArrayBuffer> } {
  const n = probs.length / classes
  const argmax = new Int32Array(n)
  const confidence = new Float64Array(n)
  for (let row = 0; row < n; row++) {
    let best = -1
    let top = Number.NEGATIVE_INFINITY
    for (let c = 0; c < classes; c++) {
      const p = probs[row * classes + c] ?? Number.NaN
      if (p > top) {
        top = p
        best = c
      }
    }
    argmax[row] = best
    confidence[row] = best < 0 ? Number.NaN : top
  }
  return { argmax, confidence }
}

/** Accuracy, precision and counts of each class, in class order. @param argmax predicted classes (Scores.argmax) */
export function perClass(argmax: ArrayLike<number>, truth: Truth): ClassScore[] {
  const count = new Uint32Array(truth.classes)
  const predicted = new Uint32Array(truth.classes)
  const correct = new Uint32Array(truth.classes)
  for (let n = 0; n < truth.labels.length; n++) {
    const label = truth.labels[n] ?? -1
    const guess = argmax[n] ?? -1
    count[label] = (count[label] ?? 0) + 1
    if (guess >= 0) predicted[guess] = (predicted[guess] ?? 0) + 1
    if (guess === label) correct[label] = (correct[label] ?? 0) + 1
  }
  return Array.from(count, (examples, label) => {
    const right = correct[label] ?? 0
    const guesses = predicted[label] ?? 0
    return {
      label,
      count: examples,
      predicted: guesses,
      correct: right,
      accuracy: examples === 0 ? null : right / examples,
      precision: guesses === 0 ? null : right / guesses,
    }
  })
}
