import { bisectLeft, bisectRight } from 'd3-array'
import type { Extent } from './extent.ts'
import type { ChartSeries } from './types.ts'

/* The cursor by keys: from value to value of the line that has most of them. */

const keys = ['ArrowLeft', 'ArrowRight', 'PageUp', 'PageDown', 'Home', 'End', 'Escape'] as const
export type CursorKey = (typeof keys)[number]

export const isCursorKey = (key: string): key is CursorKey => keys.some((one) => one === key)

/** Values passed over by one press of PageUp or PageDown. */
const page = 20

/** Where the cursor stops: the places of the line with most values within the axis, ascending. */
export function stopsOf(series: readonly ChartSeries[], [from, to]: Extent): readonly number[] {
  const within = series
    .filter(({ hidden }) => hidden !== true)
    .map(({ x }) => x.slice(bisectLeft(x, from), bisectRight(x, to)))
  return within.reduce<readonly number[]>((most, stops) => (stops.length > most.length ? stops : most), [])
}

/** The stop that a key leads to; from no cursor on, the last one. Escape takes the cursor away. */
export function movedCursor(
  key: CursorKey,
  at: number | undefined,
  stops: readonly number[],
): number | undefined {
  const last = stops.length - 1
  if (key === 'Escape' || last < 0) return undefined
  const stopAt = (place: number): number | undefined => stops[Math.min(last, Math.max(0, place))]
  if (key === 'Home') return stops[0]
  if (key === 'End' || at === undefined) return stops[last]
  if (key === 'ArrowLeft' || key === 'PageDown')
    return stopAt(bisectLeft(stops, at) - (key === 'PageDown' ? page : 1))
  return stopAt(bisectRight(stops, at) + (key === 'PageUp' ? page - 1 : 0))
}
