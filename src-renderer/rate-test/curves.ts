import { nice } from 'd3-array'
import type { RatePoint } from '../../shared/api/studies.ts'
import { downsample } from '../../shared/metrics/downsample.ts'
import { movingAverage } from '../../shared/metrics/movingAverage.ts'
import { seriesColor } from '../charts/palette.ts'
import type { ChartSeries } from '../charts/types.ts'
import { count } from '../format/format.ts'

/* The lines of a range test against the rate: what each step gave thin, its average strong. */

/** Points of a line, at most. */
const mostPoints = 600

type Column = (point: RatePoint) => number | null

function lineOf(points: readonly RatePoint[], value: Column): Pick<ChartSeries, 'x' | 'y'> {
  const places = points.map((_, i) => i)
  const values = points.map((point) => value(point) ?? Number.NaN)
  const thinned = downsample(places, values, { maxPoints: mostPoints })
  return {
    x: Array.from(thinned.steps, (place) => points[place]?.lr ?? Number.NaN),
    y: Array.from(thinned.values, (one) => (Number.isFinite(one) ? one : null)),
  }
}

export function lossLines(points: readonly RatePoint[]): ChartSeries[] {
  return [
    {
      id: 'loss',
      label: 'each step’s batch',
      color: seriesColor(0),
      faint: true,
      ...lineOf(points, ({ loss }) => loss),
    },
    {
      id: 'smoothed',
      label: 'smoothed',
      color: seriesColor(0),
      // A smoothed loss that is no number stands where the loss already shows it.
      ...lineOf(
        points.filter(({ smoothed }) => smoothed !== null),
        ({ smoothed }) => smoothed,
      ),
    },
  ]
}

export function accuracyLines(points: readonly RatePoint[]): ChartSeries[] {
  const half = Math.max(2, Math.floor(points.length / 20))
  const { values } = movingAverage(
    points.map(({ accuracy }) => accuracy ?? Number.NaN),
    half,
  )
  const averaged = points.map((point, i) => ({ ...point, accuracy: values[i] ?? null }))
  return [
    {
      id: 'accuracy',
      label: 'each step’s batch',
      color: seriesColor(0),
      faint: true,
      ...lineOf(points, ({ accuracy }) => accuracy),
    },
    {
      id: 'averaged',
      label: `mean of ${count(2 * half + 1)} steps`,
      color: seriesColor(0),
      ...lineOf(averaged, ({ accuracy }) => accuracy),
    },
  ]
}

/** Of the fall: what the frame has above the highest loss before the least, and at least this many times the least loss. */
const above = 0.08
const leastTimes = 1.5
const ticks = 6

/**
 * The losses that are looked at: up to the highest before the least of the smoothed ones. The burst after it lies outside,
 * where it would leave no height to what comes before it. Undefined while there is none.
 */
export function lossFrame(points: readonly RatePoint[]): readonly [number, number] | undefined {
  let least = -1
  points.forEach(({ smoothed }, i) => {
    const low = points[least]?.smoothed ?? Number.POSITIVE_INFINITY
    if (smoothed !== null && smoothed < low) least = i
  })
  const before = valuesOf(points.slice(0, least + 1))
  if (before.length === 0) return undefined
  const low = Math.min(...valuesOf(points))
  const high = Math.max(...before)
  const [from, to] = nice(low, Math.max(high + above * (high - low), leastTimes * low), ticks)
  return from > 0 || low <= 0 ? [from, to] : [low / 2, to]
}

const valuesOf = (points: readonly RatePoint[]): number[] =>
  points.flatMap(({ loss, smoothed }) => [loss, smoothed].filter((value) => value !== null))
