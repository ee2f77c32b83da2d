import { seriesColor } from './palette.ts'
import { innerHeight, type PlotArea, pixelX } from './plotArea.ts'
import type { ChartSeries } from './types.ts'

/** Values beyond an edge of the plot, close to each other: one mark stands for them. */
export interface EdgeMark {
  readonly edge: 'top' | 'bottom'
  /** Pixels from the plot's left edge, at the value furthest out. */
  readonly left: number
  /** The value furthest out. */
  readonly value: number
  readonly count: number
  readonly color: string
}

/** Marks closer than this would run into each other. */
const leastDistance = 14

interface Outlier {
  readonly edge: EdgeMark['edge']
  readonly left: number
  readonly value: number
  readonly color: string
}

/** Where lines leave the plot; ascending by place, those of the upper edge first. */
export function edgeMarks(series: readonly ChartSeries[], area: PlotArea): readonly EdgeMark[] {
  const found = series
    .flatMap((one, place) =>
      one.hidden === true ? [] : outliersOf(one, one.color ?? seriesColor(place), area),
    )
    .sort((a, b) => a.left - b.left)
  return [...gathered(found, 'top'), ...gathered(found, 'bottom')]
}

function outliersOf({ x, y }: ChartSeries, color: string, area: PlotArea): Outlier[] {
  const [first, last] = area.x.domain
  return x.flatMap((at, i) => {
    const value = y[i]
    if (value === null || value === undefined || at < first || at > last) return []
    const edge = edgeBeyond(value, area)
    return edge === undefined ? [] : [{ edge, left: pixelX(area, at), value, color }]
  })
}

/** On a log axis there is no place for 0 at all, which is not the same as one outside. */
function edgeBeyond(value: number, { y }: PlotArea): EdgeMark['edge'] | undefined {
  if (y.kind === 'log' && value <= 0) return undefined
  if (value > y.domain[1]) return 'top'
  return value < y.domain[0] ? 'bottom' : undefined
}

function gathered(found: readonly Outlier[], edge: EdgeMark['edge']): EdgeMark[] {
  const groups: EdgeMark[] = []
  let first = Number.NEGATIVE_INFINITY
  for (const one of found) {
    if (one.edge !== edge) continue
    const last = groups.at(-1)
    if (last === undefined || one.left - first >= leastDistance) {
      groups.push({ ...one, count: 1 })
      first = one.left
      continue
    }
    const isFurther = edge === 'top' ? one.value > last.value : one.value < last.value
    groups[groups.length - 1] = { ...(isFurther ? one : last), count: last.count + 1 }
  }
  return groups
}

/** The mark whose value is furthest out of an edge: its number is written beside it. */
export function furthest(marks: readonly EdgeMark[], edge: EdgeMark['edge']): EdgeMark | undefined {
  return marks
    .filter((mark) => mark.edge === edge)
    .reduce<EdgeMark | undefined>((most, mark) => {
      if (most === undefined) return mark
      return (edge === 'top' ? mark.value > most.value : mark.value < most.value) ? mark : most
    }, undefined)
}

export const countOutside = (marks: readonly EdgeMark[]): number =>
  marks.reduce((sum, { count }) => sum + count, 0)

/** From the plot's own top edge, in pixels. */
export const edgePixel = (edge: EdgeMark['edge'], { height }: PlotArea): number =>
  edge === 'top' ? 0 : innerHeight(height)
