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
      label: 'each step',
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
      label: 'each step',
      color: seriesColor(0),
      faint: true,
      ...lineOf(points, ({ accuracy }) => accuracy),
    },
    {
      id: 'averaged',
      label: `averaged over ${count(2 * half + 1)} points`,
      color: seriesColor(0),
      ...lineOf(averaged, ({ accuracy }) => accuracy),
    },
  ]
}
