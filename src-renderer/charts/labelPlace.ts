import { innerHeight, innerWidth, type PlotArea, pixelX, pixelY, plotMargin } from './plotArea.ts'
import type { ChartSeries } from './types.ts'

/** Where the words of a horizontal line stand: in pixels of the plot. */
export interface LabelPlace {
  readonly x: number
  readonly y: number
  readonly anchor: 'start' | 'end'
}

/** About what a letter takes, and a line of them, in pixels. */
const letter = 6.2
const lineHeight = 13
const looks = 8
/** Between words and a curve. */
const clear = 1

/** Beside the line at `y`, at the end and on the side where no curve runs through the words; above its right end where all are crossed. */
export function labelPlace(
  label: string,
  y: number,
  series: readonly ChartSeries[],
  area: PlotArea,
): LabelPlace {
  const width = innerWidth(area.width)
  const length = Math.min(width, label.length * letter)
  const down = pixelY(area, y)
  const above = { top: down - lineHeight - 2, baseline: down - 4 }
  const below = { top: down + 1, baseline: down + lineHeight - 1 }
  const right = { anchor: 'end', x: width - 4, from: width - 4 - length } as const
  const left = { anchor: 'start', x: 4, from: 4 } as const
  const places = [right, left].flatMap((end) => [above, below].map((side) => ({ ...end, ...side })))
  const free = places.find(
    ({ from, top }) =>
      top >= -plotMargin.top &&
      top + lineHeight <= innerHeight(area.height) &&
      !series.some((one) => one.hidden !== true && crosses(one, area, from, from + length, top)),
  )
  const { x, baseline, anchor } = free ?? { ...right, ...above }
  return { x, y: baseline, anchor }
}

function crosses(series: ChartSeries, area: PlotArea, from: number, to: number, top: number): boolean {
  for (let i = 0; i <= looks; i++) {
    const down = heightAt(series, area, from + (i * (to - from)) / looks)
    if (down > top - clear && down < top + lineHeight + clear) return true
  }
  return false
}

/** The pixel height of a curve at a pixel across; NaN where it has none. */
function heightAt({ x, y }: ChartSeries, area: PlotArea, across: number): number {
  for (let i = 1; i < x.length; i++) {
    const [from, to] = [pixelX(area, x[i - 1] ?? 0), pixelX(area, x[i] ?? 0)]
    if (across < from || across > to) continue
    const [before, after] = [y[i - 1], y[i]]
    if (typeof before !== 'number' || typeof after !== 'number') return Number.NaN
    const part = to > from ? (across - from) / (to - from) : 0
    return pixelY(area, before) * (1 - part) + pixelY(area, after) * part
  }
  return Number.NaN
}
