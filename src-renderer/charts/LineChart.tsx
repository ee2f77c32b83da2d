import { useElementSize } from '@mantine/hooks'
import { memo, type ReactNode, useId, useMemo, useRef, useState } from 'react'
import { Bands, Cursor, Marks } from './Layers.tsx'
import { Legend } from './Legend.tsx'
import classes from './LineChart.module.css'
import { Lines } from './Lines.tsx'
import { Plot } from './Plot.tsx'
import { type PlotArea, plotMargin } from './plotArea.ts'
import { Surface } from './Surface.tsx'
import { xScale, yScale } from './scale.ts'
import type { ChartBand, ChartMark, LineChartProps } from './types.ts'
import { useFrozen, useOnScreen } from './useOnScreen.ts'
import { ValueTable } from './ValueTable.tsx'
import { chartSummary, formatOf, tickFormatOf } from './words.ts'

/** What a page lays over the plot, in the plot's own pixels: handles to drag. */
interface Overlaid {
  readonly overlay?: (area: PlotArea) => ReactNode
}

/**
 * Lines over a number axis: a legend with the values at the cursor, a table of the exact values, drag to zoom where the
 * page wants it. Give it the same arrays for the same data: a chart whose props did not change is not drawn again, nor is
 * one out of sight.
 */
export const LineChart = memo(function LineChart(given: LineChartProps & Overlaid) {
  const frame = useRef<HTMLElement>(null)
  const props = useFrozen(given, useOnScreen(frame))
  const { title, series, x, height, onZoom } = props
  const ownGroup = useId()
  const group = props.group ?? ownGroup
  const [table, setTable] = useState(false)
  const { ref, width } = useElementSize<HTMLDivElement>()
  const { y, chooseScale } = useScaleSwitch(props)
  const summary = useMemo(() => chartSummary({ ...props, y }), [props, y])
  const area = usePlotArea(props, y, width)
  return (
    // A figure of its own; its lines are told by the summary and the table.
    <figure ref={frame} className={classes.chart} aria-label={summary}>
      <div className={classes.head}>
        <span className={classes.title}>
          {title} <span className={classes.unit}>{y.label}</span>
        </span>
        <Legend series={series} group={group} format={formatOf(y)} />
        {props.canLog === true && (
          <button
            type="button"
            className={classes.switch}
            aria-pressed={y.scale === 'log'}
            aria-label={`${title}: log axis`}
            onClick={() => chooseScale(y.scale === 'log' ? 'linear' : 'log')}
          >
            log
          </button>
        )}
        <button
          type="button"
          className={classes.switch}
          aria-pressed={table}
          aria-label={`${title}: table of values`}
          onClick={() => setTable(!table)}
        >
          table
        </button>
      </div>
      {table ? (
        <ValueTable title={title} series={series} x={x} height={height} />
      ) : (
        <div ref={ref} className={classes.body} style={{ height }}>
          {area !== undefined && <Drawn props={props} area={area} group={group} onZoom={onZoom} y={y} />}
        </div>
      )}
    </figure>
  )
})

const noMarks: readonly ChartMark[] = []
const noBands: readonly ChartBand[] = []

function Drawn(given: {
  readonly props: LineChartProps & Overlaid
  readonly y: LineChartProps['y']
  readonly area: PlotArea
  readonly group: string
  readonly onZoom: LineChartProps['onZoom']
}) {
  const { props, area, group, y } = given
  const place = {
    width: area.width,
    height: area.height,
    'aria-hidden': true,
    className: classes.layer,
  } as const
  const origin = `translate(${plotMargin.left} ${plotMargin.top})`
  return (
    <>
      <svg {...place} aria-hidden="true">
        <g transform={origin}>
          <Bands area={area} bands={props.bands ?? noBands} />
        </g>
      </svg>
      <div aria-hidden="true">
        <Plot area={area} formatX={tickFormatOf(props.x)} formatY={tickFormatOf(y)} />
      </div>
      <span className={classes.xLabel} aria-hidden="true">
        {props.x.label}
      </span>
      <Surface area={area} group={group} onZoom={given.onZoom} />
      <svg {...place} aria-hidden="true">
        <g transform={origin}>
          <Lines area={area} series={props.series} />
          <Marks
            area={area}
            series={props.series}
            marks={props.marks ?? noMarks}
            reference={props.reference}
          />
          <Cursor area={area} series={props.series} group={group} />
        </g>
      </svg>
      {props.overlay?.(area)}
    </>
  )
}

/** The y axis as chosen by the page, or here where the page does not keep that choice. */
function useScaleSwitch({ y, onScale }: LineChartProps) {
  const [own, setOwn] = useState<'linear' | 'log'>()
  const scale = onScale === undefined ? (own ?? y.scale) : y.scale
  const axis = useMemo(() => (scale === undefined || scale === y.scale ? y : { ...y, scale }), [y, scale])
  return { y: axis, chooseScale: onScale ?? setOwn }
}

const pixelsPerTickX = 90
const pixelsPerTickY = 34

function usePlotArea(
  { series, x, height, reference }: LineChartProps,
  y: LineChartProps['y'],
  width: number,
): PlotArea | undefined {
  const kept = useRef<PlotArea>(undefined)
  return useMemo(() => {
    if (width <= 0) return undefined
    const across = xScale(x, series, Math.max(2, Math.round(width / pixelsPerTickX)))
    const also = reference === undefined ? [] : [reference.y]
    const up = yScale(y, series, across.domain, Math.max(2, Math.round(height / pixelsPerTickY)), also)
    const area = { width, height, x: across, y: up }
    // New values within the frame that stands need neither new axes nor a new grid.
    if (JSON.stringify(area) !== JSON.stringify(kept.current)) kept.current = area
    return kept.current
  }, [series, x, y, height, width, reference])
}
