import { EMA_START, emaSmooth } from '../metrics/smooth.ts'
import type { RateTestSettings } from '../run/rateTest.ts'

/*
 * When a range test has seen enough. Trainer and readers use this one function, so that what is shown is what stopped it.
 * As fastai does (callback/schedule.py, LRFinder; learner.py, AvgSmoothLoss): the loss is an exponential moving average
 * divided by 1 − weight^steps, and the test stops after the step with which it is above stopAt times its least so far. That
 * is looked at from the first step on, which can never stop it: it is its own least.
 */

/** tooHigh: the smoothed loss went above its limit. notFinite: the loss was no number any more. */
export type RateStopReason = 'tooHigh' | 'notFinite'

export interface RateStopStep {
  readonly smoothed: number
  /** Why this step is the last one; undefined: the test goes on. */
  readonly stop: RateStopReason | undefined
}

/** @returns a function that takes the losses of the steps one after the other */
export function createRateStop({
  smoothing,
  stopAt,
}: Pick<RateTestSettings, 'smoothing' | 'stopAt'>): (loss: number) => RateStopStep {
  let state = EMA_START
  let least = Number.POSITIVE_INFINITY
  return (loss) => {
    const next = emaSmooth([loss], smoothing, state)
    state = next.state
    const smoothed = next.values[0] ?? Number.NaN
    if (!Number.isFinite(smoothed)) return { smoothed, stop: 'notFinite' }
    least = Math.min(least, smoothed)
    return { smoothed, stop: stopAt !== null && smoothed > stopAt * least ? 'tooHigh' : undefined }
  }
}
