import { quantileSorted } from 'd3-array'
import { type Extent, extentOf } from './extent.ts'
import type { ChartSeries } from './types.ts'

/*
 * What a chart shows at first. The first steps of a run, a burst of the loss or a run that diverged would otherwise rule
 * the axis and leave the signal a tenth of the plot. What lies outside is marked at the edge, never silently cut.
 */

interface SignalOptions {
  /** The part of the x axis that is looked at. */
  readonly within: Extent
  /** Where nothing could be better: 0 for a loss, 1 for an accuracy. Without it no line counts as far from the others. */
  readonly origin?: number | undefined
  /** What the axis spanned before. */
  readonly before?: Extent | undefined
}

/** Of a line's stretch of x: the steep beginning, of which the limits are not taken. */
const beginning = 0.1
/** Fewer points than these have no typical values. */
const fewPoints = 4
/** The share of a line's later values that may lie outside, at either end. */
const tail = 0.02
/** Of values as measured, behind a smoothed line: noise, whose peaks say little. */
const noiseTail = 0.05
/** Bursts that take more than the tails lie outside as well: so many times the middle half's spread from that half. */
const fence = 5
/** Values this much further out than the typical ones, as a part of their spread, are shown nevertheless. */
const reach = 0.25
/** What lies further from the origin than so many times the middle line has diverged. */
const farTimes = 3
/** Cutting is worth its marks only where the signal gains so much room. */
const leastGain = 1.5

/**
 * What an axis spans to show the signal of its lines: `before` itself where that still does, so that the axis of a run that
 * trains moves seldom; undefined where a frame of all values shows the signal as well.
 */
export function frameSignal(series: readonly ChartSeries[], options: SignalOptions): Extent | undefined {
  const limits = signalLimits(series, options)
  if (limits === undefined) return undefined
  const { before, within } = options
  if (before !== undefined && isFair(before, limits)) return before
  const all = extentOf(series.flatMap((one) => (one.hidden === true ? [] : pointsWithin(one, within).values)))
  const isWorthIt = all !== undefined && span(all) >= leastGain * span(limits) && span(limits) > 0
  return isWorthIt ? limits : undefined
}

const span = ([low, high]: Extent): number => high - low

/** A frame that the signal fills less than this is drawn anew, closer. */
const leastFilled = 0.5

const isFair = (frame: Extent, limits: Extent): boolean =>
  frame[0] <= limits[0] && limits[1] <= frame[1] && span(limits) >= leastFilled * span(frame)

/**
 * Between which values the signal of some lines lies. Of each line the quantiles of its later part count, and the values a
 * little beyond them; what lies many times further from the origin than the middle line does not count.
 */
export function signalLimits(
  series: readonly ChartSeries[],
  { within, origin }: Pick<SignalOptions, 'within' | 'origin'>,
): Extent | undefined {
  const lines = series
    .filter(({ hidden }) => hidden !== true)
    .map((one) => typicalOf(pointsWithin(one, within)))
    .filter((typical) => typical !== undefined)
  return extentOf(nearLimits(lines, origin).flat())
}

interface Points {
  readonly xs: readonly number[]
  readonly values: readonly number[]
  readonly isNoise: boolean
}

function pointsWithin({ x, y, faint }: ChartSeries, [from, to]: Extent): Points {
  const xs: number[] = []
  const values: number[] = []
  for (let i = 0; i < x.length; i++) {
    const place = x[i] ?? Number.NaN
    const value = y[i]
    if (place < from || place > to || value === undefined || value === null || !Number.isFinite(value))
      continue
    xs.push(place)
    values.push(value)
  }
  return { xs, values, isNoise: faint === true }
}

/** What the later part of a line comes to. */
interface Typical {
  readonly limits: Extent
  readonly median: number
}

function typicalOf({ xs, values, isNoise }: Points): Typical | undefined {
  const first = xs[0] ?? 0
  const start = first + beginning * ((xs.at(-1) ?? first) - first)
  const isFew = values.length < fewPoints
  const later = values.filter((_, i) => isFew || (xs[i] ?? 0) > start).sort((a, b) => a - b)
  const bulk = bulkOf(later, isNoise ? noiseTail : tail)
  if (bulk === undefined) return undefined
  const { low, median, high } = bulk
  const room = isFew ? Number.POSITIVE_INFINITY : reach * (high - low)
  const limits = extentOf(values.filter((value) => value >= low - room && value <= high + room))
  return limits === undefined ? undefined : { limits, median }
}

function bulkOf(ascending: number[], out: number) {
  const [low, quarter, median, three, high] = [out, 0.25, 0.5, 0.75, 1 - out].map((part) =>
    quantileSorted(ascending, part),
  )
  if (low === undefined || quarter === undefined || median === undefined) return undefined
  if (three === undefined || high === undefined) return undefined
  // Where half of the values are one, their spread says nothing of the others.
  const far = quarter < three ? fence * (three - quarter) : Number.POSITIVE_INFINITY
  return { low: Math.max(low, quarter - far), median, high: Math.min(high, three + far) }
}

/**
 * The limits without those of lines that have diverged, and without the stretch of a line on its way there: a loss that
 * rises to infinity passes the other lines first. The middle line is the better of two.
 */
function nearLimits(lines: readonly Typical[], origin: number | undefined): readonly Extent[] {
  const all = lines.map(({ limits }) => limits)
  if (origin === undefined || lines.length < 2) return all
  const distance = (value: number): number => Math.abs(value - origin)
  const farTimesMiddle = (values: readonly number[]): number =>
    farTimes * (values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? 0)
  const far = farTimesMiddle(lines.map(({ median }) => distance(median)))
  const furthest = farTimesMiddle(all.map((limits) => Math.max(...limits.map(distance))))
  return all
    .filter((limits) => Math.min(...limits.map(distance)) <= far)
    .map(([low, high]) => [Math.max(low, origin - furthest), Math.min(high, origin + furthest)])
}
