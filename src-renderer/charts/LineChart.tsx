import { useElementSize } from '@mantine/hooks'
import { memo, type ReactNode, useId, useMemo, useRef, useState } from 'react'
import { ChartHead } from './ChartHead.tsx'
import { Bands, Cursor, Marks } from './Layers.tsx'
import classes from './LineChart.module.css'
import { Lines } from './Lines.tsx'
import { OutsideMarks } from './OutsideMarks.tsx'
import { countOutside, type EdgeMark, edgeMarks } from './outside.ts'
import { Plot } from './Plot.tsx'
import { type PlotArea, plotMargin } from './plotArea.ts'
import { Surface } from './Surface.tsx'
import type { ChartBand, ChartFrame, ChartMark, LineChartProps } from './types.ts'
import { useFrozen, useOnScreen } from './useOnScreen.ts'
import { usePlotArea } from './usePlotArea.ts'
import { ValueTable } from './ValueTable.tsx'
import { chartSummary, formatOf, tickFormatOf } from './words.ts'

/** What a page lays over the plot, in the plot's own pixels: handles to drag. */
interface Overlaid {
  readonly overlay?: (area: PlotArea) => ReactNode
}

/**
 * Lines over a number axis: the values at the cursor, a table of the exact values, drag to zoom where the page wants it.
 * Give it the same arrays for the same data: a chart whose props did not change is not drawn again, nor is one out of
 * sight.
 */
export const LineChart = memo(function LineChart(given: LineChartProps & Overlaid) {
  const figure = useRef<HTMLElement>(null)
  const props = useFrozen(given, useOnScreen(figure))
  const { title, series, x, height } = props
  const ownGroup = useId()
  const group = props.group ?? ownGroup
  const [table, setTable] = useState(false)
  const { ref, width } = useElementSize<HTMLDivElement>()
  const { y, chooseScale, chooseFrame } = useAxisSwitches(props)
  const summary = useMemo(() => chartSummary({ ...props, y }), [props, y])
  const area = usePlotArea(props, y, width)
  const outside = useMemo(
    () => (area === undefined || y.frame === undefined ? noEdgeMarks : edgeMarks(series, area)),
    [series, area, y.frame],
  )
  return (
    // A figure of its own; its lines are told by the summary and the table.
    <figure ref={figure} className={classes.chart} aria-label={summary}>
      <ChartHead
        chart={props}
        y={y}
        group={group}
        outside={countOutside(outside)}
        isTable={table}
        onFrame={chooseFrame}
        onScale={chooseScale}
        onTable={setTable}
      />
      {table ? (
        <ValueTable title={title} series={series} x={x} y={y} height={height} />
      ) : (
        <div ref={ref} className={classes.body} style={{ height }}>
          {area !== undefined && <Drawn props={props} area={area} group={group} y={y} outside={outside} />}
        </div>
      )}
    </figure>
  )
})

const noMarks: readonly ChartMark[] = []
const noBands: readonly ChartBand[] = []
const noEdgeMarks: readonly EdgeMark[] = []

function Drawn(given: {
  readonly props: LineChartProps & Overlaid
  readonly y: LineChartProps['y']
  readonly area: PlotArea
  readonly group: string
  readonly outside: readonly EdgeMark[]
}) {
  const { props, area, group, y, outside } = given
  const place = {
    width: area.width,
    height: area.height,
    'aria-hidden': true,
    className: classes.layer,
  } as const
  const origin = `translate(${plotMargin.left} ${plotMargin.top})`
  const formatX = useMemo(() => tickFormatOf(props.x, area.x.ticks), [props.x, area])
  const formatY = useMemo(() => tickFormatOf(y, area.y.ticks), [y, area])
  return (
    <>
      <svg {...place} aria-hidden="true">
        <g transform={origin}>
          <Bands area={area} bands={props.bands ?? noBands} />
        </g>
      </svg>
      <div aria-hidden="true">
        <Plot area={area} formatX={formatX} formatY={formatY} />
      </div>
      <span className={classes.xLabel} aria-hidden="true">
        {props.x.label}
      </span>
      <Surface chart={props} y={y} area={area} group={group} />
      <svg {...place} aria-hidden="true">
        <g transform={origin}>
          <Lines area={area} series={props.series} group={group} />
          <Marks
            area={area}
            series={props.series}
            marks={props.marks ?? noMarks}
            reference={props.reference}
          />
          <OutsideMarks area={area} marks={outside} format={formatOf(y)} />
          <Cursor area={area} series={props.series} group={group} />
        </g>
      </svg>
      {props.overlay?.(area)}
    </>
  )
}

/** The y axis as chosen by the page, or here where the page does not keep that choice. */
function useAxisSwitches({ y, onScale }: LineChartProps) {
  const [ownScale, setOwnScale] = useState<'linear' | 'log'>()
  const [ownFrame, setOwnFrame] = useState<{
    readonly page: ChartFrame | undefined
    readonly frame: ChartFrame
  }>()
  const scale = onScale === undefined ? (ownScale ?? y.scale) : y.scale
  // What the page chooses for all its charts overrides what was chosen for one of them before.
  const frame = ownFrame?.page === y.frame ? ownFrame?.frame : y.frame
  const axis = useMemo(
    () => ({ ...y, ...(scale !== undefined && { scale }), ...(frame !== undefined && { frame }) }),
    [y, scale, frame],
  )
  return {
    y: axis,
    chooseScale: onScale ?? setOwnScale,
    chooseFrame: (next: ChartFrame) => setOwnFrame({ page: y.frame, frame: next }),
  }
}
