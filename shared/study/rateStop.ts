import { EMA_START, emaSmooth } from '../metrics/smooth.ts'
import type { RateTestSettings } from '../run/rateTest.ts'

/*
 * When a range test has seen enough. Trainer and readers use this one rule, so that what is shown is what stopped it.
 * As fastai does (callback/schedule.py, LRFinder; learner.py, AvgSmoothLoss): the loss is an exponential moving average
 * divided by 1 − weight^steps, and the test stops after the step with which it is above stopAt times its least so far. That
 * is looked at from the first step on, which can never stop it: it is its own least.
 */

/** tooHigh: the smoothed loss went above its limit. notFinite: the loss was no number any more. */
export type RateStopReason = 'tooHigh' | 'notFinite'

type Settings = Pick<RateTestSettings, 'smoothing' | 'stopAt'>

/** @returns a function that takes the losses of the steps one after the other, and says why a step is the last one */
export function createRateStop(settings: Settings): (loss: number) => RateStopReason | undefined {
  const rule = createRule(settings)
  let state = EMA_START
  return (loss) => {
    const next = emaSmooth([loss], settings.smoothing, state)
    state = next.state
    return rule(next.values[0] ?? Number.NaN)
  }
}

/** The same over all losses by step at once; smoothed losses beyond the last step are NaN. */
export function smoothedUpToStop(
  losses: ArrayLike<number>,
  settings: Settings,
): {
  readonly smoothed: Float64Array
  readonly stop: { readonly step: number; readonly why: RateStopReason } | null
} {
  const { values: smoothed } = emaSmooth(losses, settings.smoothing)
  const rule = createRule(settings)
  for (const [step, value] of smoothed.entries()) {
    const why = rule(value)
    if (why === undefined) continue
    smoothed.fill(Number.NaN, step + 1)
    return { smoothed, stop: { step, why } }
  }
  return { smoothed, stop: null }
}

function createRule({ stopAt }: Settings): (smoothed: number) => RateStopReason | undefined {
  let least = Number.POSITIVE_INFINITY
  return (smoothed) => {
    if (!Number.isFinite(smoothed)) return 'notFinite'
    least = Math.min(least, smoothed)
    return stopAt !== null && smoothed > stopAt * least ? 'tooHigh' : undefined
  }
}
