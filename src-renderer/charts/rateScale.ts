import { quantileSorted } from 'd3-array'
import type { CompiledSchedule } from '../../shared/schedule/index.ts'

/*
 * On which axis rates are drawn at first. A log axis suits a rate that falls by decades over most of its plan (exponential,
 * steps of ten, a range test). Most schedules move within one decade and come down far further in their last steps only
 * (cosine, 1cycle, powers): a log axis would give most of its height to these.
 */

export type RateScale = 'linear' | 'log'

/** What of the plan is left out at either end of its rates: "most of the plan" is the rest. */
const leftOut = 0.1
const leastTimes = 100
/** But for the last bits of a rate that spans just these. */
const slack = 0.999
/** Of the decades that a log axis would span, those which the lowest tenth of the rates may take. */
const mostOfTail = 0.5

/** @param rates of steps that are evenly spaced, of every line alike many */
export function scaleOfRates(rates: readonly number[]): RateScale {
  const ascending = rates.filter(Number.isFinite).sort((a, b) => a - b)
  const [least, most] = [ascending[0] ?? 0, ascending.at(-1) ?? 0]
  const low = quantileSorted(ascending, leftOut) ?? 0
  const high = quantileSorted(ascending, 1 - leftOut) ?? 0
  if (least <= 0 || high < slack * leastTimes * low) return 'linear'
  const tail = Math.log(low / least) / Math.log(most / least)
  return tail <= mostOfTail ? 'log' : 'linear'
}

const samples = 400

/** Of a whole plan, trained or not. */
export function scaleOfSchedule({ totalSteps, at, range }: CompiledSchedule): RateScale {
  if (range.lrMin <= 0) return 'linear'
  const size = Math.min(samples, totalSteps)
  const even = Array.from({ length: size }, (_, i) =>
    Math.round((i * (totalSteps - 1)) / Math.max(1, size - 1)),
  )
  return scaleOfRates([...even.map((step) => at(step).lr), range.lrMin])
}
