import { memo } from 'react'
import {
  CartesianGrid,
  LineChart,
  XAxis,
  type XAxisTickContentProps,
  YAxis,
  type YAxisTickContentProps,
} from 'recharts'
import classes from './LineChart.module.css'
import { type PlotArea, plotMargin, tickRow } from './plotArea.ts'

interface Props {
  readonly area: PlotArea
  readonly formatX: (value: number) => string
  readonly formatY: (value: number) => string
}

/** About what a letter takes, in pixels. */
const letter = 6.2

/**
 * As the library draws it, without measuring each word for a line break: that lays the page out anew for every tick. Along
 * the lower edge the last one ends with the chart.
 */
function AxisTick(props: (XAxisTickContentProps | YAxisTickContentProps) & { readonly chartWidth: number }) {
  const { x, y, textAnchor, tickFormatter, payload, index, chartWidth } = props
  const isBelow = textAnchor === 'middle'
  const words = tickFormatter?.(payload.value, index) ?? ''
  const isAtEdge = isBelow && Number(x) + (words.length * letter) / 2 > chartWidth
  return (
    <text
      className="recharts-cartesian-axis-tick-value"
      x={isAtEdge ? chartWidth : x}
      y={y}
      dy={isBelow ? '0.71em' : '0.355em'}
      textAnchor={isAtEdge ? 'end' : textAnchor}
    >
      {words}
    </text>
  )
}

const margin = { top: plotMargin.top, right: plotMargin.right, bottom: plotMargin.bottom - tickRow, left: 0 }
const noData: { x: number }[] = []

/** Axes and grid: all that the chart library draws. Nothing here moves with the pointer, nor with the data within its frame. */
export const Plot = memo(function Plot({ area, formatX, formatY }: Props) {
  return (
    <LineChart
      width={area.width}
      height={area.height}
      margin={margin}
      accessibilityLayer={false}
      data={noData}
    >
      <CartesianGrid className={classes.grid ?? ''} vertical={false} />
      <XAxis
        type="number"
        dataKey="x"
        scale={area.x.kind}
        domain={[...area.x.domain]}
        ticks={[...area.x.ticks]}
        tickFormatter={formatX}
        height={tickRow}
        interval={0}
        tick={(props) => <AxisTick {...props} chartWidth={area.width} />}
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
        tick={(props) => <AxisTick {...props} chartWidth={area.width} />}
        tickMargin={3}
        tickSize={4}
        allowDataOverflow
      />
    </LineChart>
  )
})
