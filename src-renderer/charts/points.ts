import { bisectCenter, bisectLeft } from 'd3-array'
import type { ChartSeries } from './types.ts'

/** The point of a series nearest to x; undefined where x lies further out than the series by more than its own spacing. */
export function nearestPoint({ x, y }: ChartSeries, at: number): { x: number; y: number | null } | undefined {
  const first = x[0]
  const last = x.at(-1)
  if (first === undefined || last === undefined) return undefined
  const spacing = x.length > 1 ? (last - first) / (x.length - 1) : 0
  if (at < first - 2 * spacing || at > last + 2 * spacing) return undefined
  const i = bisectCenter(x, at)
  const place = x[i]
  return place === undefined ? undefined : { x: place, y: y[i] ?? null }
}

/** x of the values that are not finite. */
export const notFinite = ({ x, y }: ChartSeries): number[] => x.filter((_, i) => y[i] === null)

export interface ValueRow {
  readonly x: number
  /** One a series; undefined: it has no point here, null: its value is not finite. */
  readonly values: readonly (number | null | undefined)[]
}

/** Every x that any series has, ascending, with the exact values there. */
export function valueRows(series: readonly ChartSeries[]): ValueRow[] {
  const all = [...new Set(series.flatMap(({ x }) => x))].sort((a, b) => a - b)
  return all.map((x) => ({
    x,
    values: series.map((one) => {
      const i = bisectLeft(one.x, x)
      return one.x[i] === x ? (one.y[i] ?? null) : undefined
    }),
  }))
}
