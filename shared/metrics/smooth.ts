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
}

/** The smoothed chunk and the state to pass with the next one. */
export interface Smoothed {
  readonly values: Float64Array
  readonly state: EmaState
}

/** The state before the first value. */
export const EMA_START: EmaState = { sum: 0, norm: 0 }

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
  return { values: smoothed, state: { sum, norm } }
}

function checkWeight(weight: number): void {
  if (weight >= 0 && weight < 1) return
  throw new UserError(`Smoothing a series: the weight must be at least 0 and below 1, received ${weight}.`)
}
