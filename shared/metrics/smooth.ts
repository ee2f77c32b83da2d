/**
 * Exponential smoothing of a metric series. Smooth the whole series first and thin it (downsample.ts) afterwards: the
 * average of the extremes that a thinned series consists of is not the average of the series.
 *
 * A value that is not finite is passed through as it is, so that it shows, and leaves the average as if it had not
 * been there (as TensorBoard does): the line continues after it.
 */
import { UserError } from '../errors.ts'

/** All that must be remembered between two chunks of a series. Plain data: it may be stored or sent. */
export interface EmaState {
  /** sum of the values so far, each times its present weight */
  readonly sum: number
  /** sum of these weights; dividing by it removes the bias towards 0 at the start */
  readonly norm: number
  /** step of the last finite value; used by the time-weighted average only */
  readonly lastStep: number
}

/** The smoothed chunk and the state to pass with the next one. */
export interface Smoothed {
  readonly values: Float64Array
  readonly state: EmaState
}

/** The state before the first value. */
export const EMA_START: EmaState = { sum: 0, norm: 0, lastStep: 0 }

/**
 * Debiased exponential moving average: y_t = sum_i w^(t-i) x_i / sum_i w^(t-i), i <= t, over finite values. This is
 * TensorBoard's smoothing (s = w s + (1-w) x, divided by 1 - w^t as in Kingma & Ba 2015, section 3) with its common
 * factor 1-w left out. Chunks with the state carried along give bit for bit the numbers of one pass.
 * @param weight in [0, 1): 0 leaves the series as it is
 * @throws UserError for another weight
 */
export function emaSmooth(values: ArrayLike<number>, weight: number, state: EmaState = EMA_START): Smoothed {
  checkWeight(weight)
  let { sum, norm } = state
  const smoothed = new Float64Array(values.length)
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? Number.NaN
    if (!Number.isFinite(value)) {
      smoothed[i] = value
      continue
    }
    sum = sum * weight + value
    norm = norm * weight + 1
    smoothed[i] = sum / norm
  }
  return { values: smoothed, state: { sum, norm, lastStep: state.lastStep } }
}

/**
 * Time-weighted, debiased exponential moving average: a value that lies d steps back weighs weight^(d / scale), so
 * series logged every step and every hundredth step are smoothed alike. Weights & Biases' default is this with
 * weight = min(sqrt(slider), 0.999) and scale = (range of steps) / 1000; here the scale is an argument, because a
 * scale that follows the range changes every smoothed point whenever one is appended.
 * @param steps ascending, in steps (any unit), one per value  @param options weight in [0, 1), scale > 0 in steps
 * @throws UserError for another weight or scale
 */
export function timeEmaSmooth(
  steps: ArrayLike<number>,
  values: ArrayLike<number>,
  options: { readonly weight: number; readonly scale: number },
  state: EmaState = EMA_START,
): Smoothed {
  const { weight, scale } = options
  checkWeight(weight)
  if (!(scale > 0 && scale < Number.POSITIVE_INFINITY)) {
    throw new UserError(
      `Smoothing a series: the scale must be a finite number of steps above 0, received ${scale}.`,
    )
  }
  let { sum, norm } = state
  // Nothing is behind the first value, so no distance to it may count, not even a negative one.
  let lastStep = norm === 0 ? (steps[0] ?? 0) : state.lastStep
  let distance = Number.NaN
  let decay = Number.NaN
  const smoothed = new Float64Array(values.length)
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? Number.NaN
    if (!Number.isFinite(value)) {
      smoothed[i] = value
      continue
    }
    const step = steps[i] ?? Number.NaN
    if (step - lastStep !== distance) {
      // Most series are evenly spaced, and a power costs more than all the rest.
      distance = step - lastStep
      decay = weight ** (distance / scale)
    }
    sum = sum * decay + value
    norm = norm * decay + 1
    lastStep = step
    smoothed[i] = sum / norm
  }
  return { values: smoothed, state: { sum, norm, lastStep } }
}

function checkWeight(weight: number): void {
  if (weight >= 0 && weight < 1) return
  throw new UserError(`Smoothing a series: the weight must be at least 0 and below 1, received ${weight}.`)
}
