import { type PlotArea, pixelX, pixelY } from './plotArea.ts'
import type { ChartSeries } from './types.ts'

/** A line through the values in pixels of the plot; values that are not finite, or have no place on a log axis, leave a gap. */
export function linePath({ x, y }: ChartSeries, area: PlotArea): string {
  let path = ''
  let isDrawing = false
  for (let i = 0; i < x.length; i++) {
    const value = y[i]
    const down = value === undefined || value === null ? Number.NaN : pixelY(area, value)
    if (!Number.isFinite(down)) {
      isDrawing = false
      continue
    }
    path += `${isDrawing ? 'L' : 'M'}${pixelX(area, x[i] ?? 0).toFixed(1)} ${down.toFixed(1)}`
    isDrawing = true
  }
  return path
}

/** The same values as dots: strokes of no length, which round ends make round. */
export function dotsPath({ x, y }: ChartSeries, area: PlotArea): string {
  return x
    .map((place, i) => {
      const value = y[i]
      const down = value === undefined || value === null ? Number.NaN : pixelY(area, value)
      return Number.isFinite(down) ? `M${pixelX(area, place).toFixed(1)} ${down.toFixed(1)}h0` : ''
    })
    .join('')
}
