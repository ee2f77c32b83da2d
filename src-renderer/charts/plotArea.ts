import { project, type Scale, unproject } from './scale.ts'

/** Room around the plot for axes, in pixels; the same in every chart, so that stacked charts line up. */
export const plotMargin = { top: 8, right: 12, bottom: 34, left: 54 } as const
export const tickRow = 20

/** A chart's plot in pixels, measured from the chart's top left corner. */
export interface PlotArea {
  readonly width: number
  readonly height: number
  readonly x: Scale
  readonly y: Scale
}

export const innerWidth = (width: number): number => Math.max(1, width - plotMargin.left - plotMargin.right)
export const innerHeight = (height: number): number =>
  Math.max(1, height - plotMargin.top - plotMargin.bottom)

/** From the plot's own left edge. */
export const pixelX = (area: PlotArea, value: number): number =>
  project(area.x, value) * innerWidth(area.width)
/** From the plot's own top edge. */
export const pixelY = (area: PlotArea, value: number): number =>
  (1 - project(area.y, value)) * innerHeight(area.height)

export const valueAtPixel = (area: PlotArea, pixel: number): number =>
  unproject(area.x, Math.min(1, Math.max(0, pixel / innerWidth(area.width))))
