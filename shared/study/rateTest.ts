import type { RateTestSettings } from '../run/rateTest.ts'
import { hasFallen, isBehind, noiseOf } from './curveShape.ts'
import { type RateStopReason, smoothedUpToStop } from './rateStop.ts'
import {
  type KeptCurve,
  keptOf,
  leastOf,
  longestFall,
  type RateSuggestions,
  suggestRates,
} from './rateSuggestions.ts'
import { type RateWarning, warningsOf } from './rateWarnings.ts'
import { type SmithBounds, smithBounds } from './smithBounds.ts'

/** What is stored of a range test: columns by step from 0, as applied. A loss that was no number is NaN or infinite. */
export interface RateColumns {
  readonly lrs: ArrayLike<number>
  readonly losses: ArrayLike<number>
  /** Of the step's batch, in 0..1. */
  readonly accuracies: ArrayLike<number>
}

/** What a range test says. */
export interface RateReading {
  /** By step; NaN from a loss on that was no number. */
  readonly smoothed: Float64Array
  /** The step that was its last because of the loss; null: it goes on, went to its end, or was ended otherwise. */
  readonly stop: { readonly step: number; readonly why: RateStopReason } | null
  /** Null where one would mean nothing. Of a test that goes on they are those of the curve so far. */
  readonly suggestions: RateSuggestions
  readonly bounds: SmithBounds | null
  readonly warnings: readonly RateWarning[]
}

/** @param ended whether no more points come */
export function readRateTest(settings: RateTestSettings, columns: RateColumns, ended: boolean): RateReading {
  const { smoothed, stop } = smoothedUpToStop(columns.losses, settings)
  const points = stop === null ? smoothed.length : stop.step + 1
  const curve = { numIt: settings.steps, lrs: columns.lrs, losses: smoothed.subarray(0, points) }
  const upTo = (column: ArrayLike<number>): number[] => Array.from(column).slice(0, points)
  const kept = keptOf(curve)
  const suggestions = meaningful(suggestRates(curve), kept.losses)
  const raw = upTo(columns.losses)
  if (!ended && stop === null) {
    const shown = soFar(suggestions, kept, noiseOf(raw, settings.smoothing))
    return { smoothed, stop, suggestions: shown, bounds: null, warnings: [] }
  }
  const bounds = smithBounds(columns.lrs, upTo(columns.accuracies), raw) ?? null
  return {
    smoothed,
    stop,
    suggestions,
    bounds,
    warnings: warningsOf({
      settings,
      kept,
      suggestions,
      smoothed: curve.losses,
      raw,
      lrs: columns.lrs,
      stop,
      ended,
    }),
  }
}

/** What is said of a curve from so many points on. */
const fewestSoFar = 20

/**
 * While the rate still rises: of a loss that has fallen, the valley, the steepest fall and the least loss of what was seen, each
 * once the loss has clearly changed since. While it falls on, its least is the last one seen, and a tenth of that rate says
 * nothing. The slide, Smith's bounds and every warning are about the end of the curve, and would only follow its edge.
 */
function soFar(found: RateSuggestions, { lrs, losses }: KeptCurve, noise: number): RateSuggestions {
  if (losses.length < fewestSoFar || !hasFallen(losses, noise))
    return { valley: null, steep: null, minimum: null, slide: null }
  const ifBehind = (rate: number | null): number | null =>
    rate !== null && isBehind(losses, lrs.indexOf(rate), noise) ? rate : null
  return {
    valley: ifBehind(found.valley),
    steep: ifBehind(found.steep),
    minimum: isBehind(losses, leastOf(losses), noise) ? found.minimum : null,
    slide: null,
  }
}

/**
 * The definitions name a rate also where there is nothing to find: of a curve that never falls, the first point is the valley
 * and the minimum, and the least of its rises is the steepest fall.
 */
function meaningful(found: RateSuggestions, losses: readonly number[]): RateSuggestions {
  const falls = longestFall(losses).length > 2
  const fallen = leastOf(losses) > 0
  return {
    valley: falls ? found.valley : null,
    steep: falls ? found.steep : null,
    minimum: fallen ? found.minimum : null,
    slide: found.slide,
  }
}
