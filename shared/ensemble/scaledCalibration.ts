import type { ReliabilityBin } from './calibration.ts'
import { type CalibrationErrors, calibrationErrors } from './calibrationErrors.ts'
import type { Probs, Truth } from './members.ts'
import { score } from './scores.ts'
import { atTemperature, fitTemperature, type Temperature } from './temperature.ts'

/** How well a predictor knows how sure it may be, on one part of the data. */
export interface CalibrationScores extends CalibrationErrors {
  /** Nats. */
  readonly nll: number
  readonly brier: number
  readonly accuracy: number
  readonly reliability: readonly ReliabilityBin[]
}

/** A predictor before and after its temperature was fitted on validation; which class it predicts stays the same. */
export interface ScaledCalibration {
  readonly before: CalibrationScores
  /** Null where no temperature can be fitted: without validation examples, or with a NaN among the probabilities. */
  readonly scaled: { readonly fit: Temperature; readonly after: CalibrationScores } | null
}

interface Answered {
  /** [N, C] */
  readonly probs: Probs
  readonly truth: Truth
}

/**
 * @param judged where both are measured  @param validation where the temperature is fitted: undefined where there is no part
 * for it beside the one that judges
 * @throws UserError if shapes or labels do not fit
 */
export function scaledCalibration(judged: Answered, validation: Answered | undefined): ScaledCalibration {
  const before = calibrationScores(judged.probs, judged.truth)
  const fit = validation === undefined ? null : fitTemperature(validation.probs, validation.truth)
  if (fit === null) return { before, scaled: null }
  const after = atTemperature(judged.probs, judged.truth.classes, fit.temperature)
  return { before, scaled: { fit, after: calibrationScores(after, judged.truth) } }
}

function calibrationScores(probs: Probs, truth: Truth): CalibrationScores {
  const { nll, brier, accuracy, eceBins } = score(probs, truth)
  return { ...calibrationErrors(probs, truth), nll, brier, accuracy, reliability: eceBins }
}
