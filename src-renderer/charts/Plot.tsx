import { memo } from 'react'
import { CartesianGrid, Line, LineChart, XAxis, YAxis } from 'recharts'
import classes from './LineChart.module.css'
import { seriesColor } from './palette.ts'
import { type PlotArea, plotMargin, tickRow } from './plotArea.ts'
import { plotPoints } from './points.ts'
import type { ChartSeries } from './types.ts'

interface Props {
  readonly area: PlotArea
  readonly series: readonly ChartSeries[]
  readonly formatX: (value: number) => string
  readonly formatY: (value: number) => string
}

const margin = { top: plotMargin.top, right: plotMargin.right, bottom: plotMargin.bottom - tickRow, left: 0 }

/** Axes, grid and lines: all that the chart library draws. Nothing here moves with the pointer. */
export const Plot = memo(function Plot({ area, series, formatX, formatY }: Props) {
  return (
    <LineChart width={area.width} height={area.height} margin={margin} accessibilityLayer={false}>
      <CartesianGrid className={classes.grid ?? ''} vertical={false} />
      <XAxis
        type="number"
        dataKey="x"
        scale={area.x.kind}
        domain={[...area.x.domain]}
        ticks={[...area.x.ticks]}
        tickFormatter={formatX}
        height={tickRow}
        interval="preserveStart"
        tickMargin={3}
        tickSize={4}
        allowDataOverflow
      />
      <YAxis
        type="number"
        scale={area.y.kind}
        domain={[...area.y.domain]}
        ticks={[...area.y.ticks]}
        tickFormatter={formatY}
        width={plotMargin.left}
        interval={0}
        tickMargin={3}
        tickSize={4}
        allowDataOverflow
      />
      {series.map((one, place) => (
        <Line
          key={one.id}
          data={plotPoints(one, area.y.kind)}
          dataKey="y"
          type="linear"
          stroke={one.dots === true ? 'none' : (one.color ?? seriesColor(place))}
          strokeWidth={one.faint === true ? 1 : 1.5}
          strokeOpacity={one.faint === true ? 0.3 : 1}
          {...(one.dash !== undefined && { strokeDasharray: one.dash })}
          dot={one.dots === true ? { r: 3, strokeWidth: 0, fill: one.color ?? seriesColor(place) } : false}
          hide={one.hidden === true}
          activeDot={false}
          legendType="none"
          tooltipType="none"
          isAnimationActive={false}
        />
      ))}
    </LineChart>
  )
})
