/**
 * Thins a series to what a chart can draw, without losing what a person looks for: the extremes of every bucket
 * (Jugel et al. 2014, "M4", PVLDB 7(10), the min and max of it), points that are not numbers, the two ends and
 * the points pinned by the caller (best, snapshots).
 *
 * Own code rather than a package: published LTTB and min/max samplers cut the window into N equal parts, so one
 * appended point moves every border and the drawn line flickers; none keeps pinned points; none works from stored
 * summaries. Here borders lie on an absolute grid whose width is a power of two steps. While a run grows, points
 * already drawn stay, apart from the open last bucket and the moving end, until the width doubles; then the new
 * points are a subset of the old ones.
 */
import { UserError } from '../errors.ts'
import { type Bucket, coarsen, summarize } from './buckets.ts'

export interface Point {
  readonly step: number
  readonly value: number
}

/** Points of the original series, ascending, and the bucket width that chose them (1: nothing was left out). */
export interface Sampled {
  readonly steps: Float64Array
  readonly values: Float64Array
  readonly width: number
}

/** Which part of a series to draw, and with how many points. */
export interface SeriesView {
  /** most points to return; pins beyond half of them come on top, and up to 5 more */
  readonly maxPoints: number
  /** window in steps, both ends included; default: everything */
  readonly fromStep?: number
  readonly toStep?: number
  /** steps never dropped; those outside the window or without a point are ignored */
  readonly pins?: Iterable<number>
}

/** Which points to draw of a window that is given by its buckets. */
export interface BucketView {
  readonly maxPoints: number
  /** first and last point of the window: buckets know their steps but not their values */
  readonly ends: readonly Point[]
  /** points never dropped, inside the window */
  readonly pins?: Iterable<Point>
}

/**
 * Downsamples a window of raw points.
 * @param steps whole numbers >= 0, strictly ascending  @param values one per step, NaN and infinities allowed
 * @throws UserError unless `maxPoints` is a whole number >= 1
 */
export function downsample(steps: ArrayLike<number>, values: ArrayLike<number>, view: SeriesView): Sampled {
  checkMaxPoints(view.maxPoints)
  const from = lowerBound(steps, view.fromStep ?? 0)
  const to = view.toStep === undefined ? steps.length : lowerBound(steps, Math.floor(view.toStep) + 1)
  const count = to - from
  const pointAt = (i: number): Point => ({ step: steps[i] ?? Number.NaN, value: values[i] ?? Number.NaN })
  if (count <= view.maxPoints) {
    return toSampled(
      Array.from({ length: Math.max(0, count) }, (_, i) => pointAt(from + i)),
      1,
    )
  }
  const pins = [...(view.pins ?? [])].flatMap((step) => {
    const i = lowerBound(steps, step)
    return i >= from && i < to && steps[i] === step ? [pointAt(i)] : []
  })
  const width = leastWidth(count, view.maxPoints)
  const ends = [pointAt(from), pointAt(to - 1)]
  return downsampleBuckets(
    summarize(steps, values, width, from, to),
    { maxPoints: view.maxPoints, ends, pins },
    width,
  )
}

/**
 * Downsamples a window given as buckets, which may come from a stored level of summaries, from `summarize` on raw
 * points where the window cuts a stored bucket, or from both. The result is the one `downsample` gives for the same
 * points, unless the stored level is already coarser than that.
 * @param buckets ascending, on the grid of `width`, together covering the window  @param width a power of two
 * @throws UserError unless `maxPoints` is a whole number >= 1
 */
export function downsampleBuckets(buckets: readonly Bucket[], view: BucketView, width: number): Sampled {
  checkMaxPoints(view.maxPoints)
  const pins = [...(view.pins ?? [])]
  // Ends and pins are counted in full even where they coincide with each other or with an extreme: the end and the
  // best move while the series grows, and a budget that moved with them would make the width flip back and forth. Half
  // of it is for the extremes: a thousand pins at the ends of cycles alone would draw a rate that never rises.
  const budget = Math.max(view.maxPoints - pins.length, view.maxPoints / 2) - 2
  const count = buckets.reduce((sum, bucket) => sum + bucket.count, 0)
  const everything = count <= view.maxPoints
  let chosenWidth = everything ? width : Math.max(width, leastWidth(count, view.maxPoints))
  let chosen = chosenWidth === width ? buckets : coarsen(buckets, chosenWidth)
  while (!everything && cost(chosen) > budget && chosen.length > 1) {
    chosenWidth *= 2
    chosen = coarsen(chosen, chosenWidth)
  }
  return toSampled(dedupe([...view.ends, ...pins, ...chosen.flatMap(pointsOf)]), chosenWidth)
}

/** A bucket of width w holds at most w points, so no narrower grid than this can fit `count` of them. */
function leastWidth(count: number, maxPoints: number): number {
  return 2 ** Math.floor(Math.log2(count / maxPoints))
}

/** Upper bound of the points a set of buckets is drawn with. It never falls when points are appended. */
function cost(buckets: readonly Bucket[]): number {
  let points = 0
  for (const { count, nonFinite } of buckets) {
    points += Math.min(2, count - (nonFinite?.count ?? 0)) + (nonFinite ? 1 : 0)
  }
  return points
}

function pointsOf(bucket: Bucket): Point[] {
  const points: Point[] = []
  if (!Number.isNaN(bucket.min)) {
    points.push({ step: bucket.argmin, value: bucket.min }, { step: bucket.argmax, value: bucket.max })
  }
  if (bucket.nonFinite) points.push({ step: bucket.nonFinite.step, value: bucket.nonFinite.value })
  return points
}

/** Ascending by step, one point a step. */
function dedupe(points: readonly Point[]): Point[] {
  const sorted = points.toSorted((a, b) => a.step - b.step)
  return sorted.filter((point, i) => i === 0 || point.step !== sorted[i - 1]?.step)
}

function toSampled(points: readonly Point[], width: number): Sampled {
  return {
    steps: Float64Array.from(points, (point) => point.step),
    values: Float64Array.from(points, (point) => point.value),
    width,
  }
}

/** Index of the first step >= `wanted`; the length if there is none. */
function lowerBound(steps: ArrayLike<number>, wanted: number): number {
  let low = 0
  let high = steps.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((steps[middle] ?? Number.NaN) < wanted) low = middle + 1
    else high = middle
  }
  return low
}

function checkMaxPoints(maxPoints: number): void {
  if (Number.isInteger(maxPoints) && maxPoints >= 1) return
  throw new UserError(
    `Thinning a series: the number of points must be a whole number >= 1, received ${maxPoints}.`,
  )
}
