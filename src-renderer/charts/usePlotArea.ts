import { useMemo, useRef } from 'react'
import type { PlotArea } from './plotArea.ts'
import { xScale, yScale } from './scale.ts'
import type { LineChartProps } from './types.ts'

const pixelsPerTickX = 90
const pixelsPerTickY = 42

/**
 * The axes of a chart as drawn: the same object while new values lie within the frame that stands, since these need neither
 * new axes nor a new grid. Undefined while the chart has no width.
 */
export function usePlotArea(
  { series, x, height, reference }: LineChartProps,
  y: LineChartProps['y'],
  width: number,
): PlotArea | undefined {
  const kept = useRef<{ readonly area: PlotArea; readonly looked: string }>(undefined)
  return useMemo(() => {
    if (width <= 0) return undefined
    const across = xScale(x, series, Math.max(2, Math.round(width / pixelsPerTickX)))
    // Another part of the x axis, another scale or another kind of frame begin anew.
    const looked = JSON.stringify([across.domain, y.scale, y.frame, y.label])
    const before = kept.current?.looked === looked ? kept.current.area.y.domain : undefined
    const up = yScale(y, series, across.domain, Math.max(2, Math.round(height / pixelsPerTickY)), {
      also: reference === undefined ? [] : [reference.y],
      before,
    })
    const area = { width, height, x: across, y: up }
    if (JSON.stringify(area) !== JSON.stringify(kept.current?.area)) kept.current = { area, looked }
    return kept.current?.area
  }, [series, x, y, height, width, reference])
}
