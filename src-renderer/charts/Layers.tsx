import { memo, useMemo } from 'react'
import { useCursor } from './cursor.ts'
import { stepsBack, useEmphasis } from './emphasis.ts'
import classes from './LineChart.module.css'
import { labelPlace } from './labelPlace.ts'
import { seriesColor } from './palette.ts'
import { innerHeight, innerWidth, type PlotArea, pixelX, pixelY } from './plotArea.ts'
import { nearestPoint, notFinite } from './points.ts'
import type { ChartBand, ChartMark, ChartSeries, LineChartProps } from './types.ts'

/*
 * What is drawn behind and in front of the lines, in pixels of the plot. One path for all bands and one for all values
 * that are not finite, however many there are.
 */

export const Bands = memo(function Bands({
  area,
  bands,
}: {
  readonly area: PlotArea
  readonly bands: readonly ChartBand[]
}) {
  const height = innerHeight(area.height)
  const width = innerWidth(area.width)
  const inside = (value: number): number => Math.min(width, Math.max(0, pixelX(area, value)))
  const path = bands
    .map(({ from, to }) => [inside(from), inside(to)] as const)
    .filter(([from, to]) => to > from)
    .map(([from, to]) => `M${from.toFixed(1)} 0H${to.toFixed(1)}V${height}H${from.toFixed(1)}Z`)
    .join('')
  return <path className={classes.bands} d={path} />
})

interface MarksProps {
  readonly area: PlotArea
  readonly series: readonly ChartSeries[]
  readonly marks: readonly ChartMark[]
  readonly reference: LineChartProps['reference']
}

export const Marks = memo(function Marks({ area, series, marks, reference }: MarksProps) {
  const width = innerWidth(area.width)
  const words = useMemo(
    () => reference && labelPlace(reference.label, reference.y, series, area),
    [reference, series, area],
  )
  const seen = marks.filter(({ x }) => x >= area.x.domain[0] && x <= area.x.domain[1])
  return (
    <>
      {reference !== undefined && words !== undefined && (
        <g className={classes.reference}>
          <path d={`M0 ${pixelY(area, reference.y)}H${width}`} />
          <text x={words.x} y={words.y} textAnchor={words.anchor}>
            {reference.label}
          </text>
        </g>
      )}
      <NotFinite area={area} series={series} />
      {seen.map((mark) => (
        <Mark key={`${mark.kind} ${mark.x} ${mark.label}`} area={area} mark={mark} />
      ))}
    </>
  )
})

function Mark({ area, mark }: { readonly area: PlotArea; readonly mark: ChartMark }) {
  const x = pixelX(area, mark.x)
  const height = innerHeight(area.height)
  if (mark.kind === 'now') return <path className={classes.now} d={`M${x} 0V${height}`} />
  const y = pixelY(area, mark.y)
  if (!Number.isFinite(y) || y < -1 || y > height + 1) return null
  return (
    <g className={classes.mark} data-kind={mark.kind} transform={`translate(${x} ${y})`}>
      <title>{mark.label}</title>
      {mark.kind === 'change' ? <path d="M0 -4l4 7h-8z" /> : <circle r={3.5} />}
      {mark.kind === 'best' && <circle className={classes.ring} r={6} />}
    </g>
  )
}

/** Crosses along the upper edge: there was a value, and it was no number. */
function NotFinite({ area, series }: { readonly area: PlotArea; readonly series: readonly ChartSeries[] }) {
  const places = series.flatMap((one) => (one.hidden === true ? [] : notFinite(one)))
  if (places.length === 0) return null
  const [from, to] = area.x.domain
  const path = places
    .filter((x) => x >= from && x <= to)
    .map((x) => `M${(pixelX(area, x) - 3).toFixed(1)} 2l6 6m0 -6l-6 6`)
    .join('')
  return (
    <path className={classes.notFinite} d={path}>
      <title>Values here are not finite</title>
    </path>
  )
}

/** The cursor's line and the points it stands at; re-rendered as the pointer moves. */
export function Cursor({
  area,
  series,
  group,
}: {
  readonly area: PlotArea
  readonly series: readonly ChartSeries[]
  readonly group: string
}) {
  const at = useCursor(group)
  const emphasis = useEmphasis(group)
  if (at === undefined || at < area.x.domain[0] || at > area.x.domain[1]) return null
  return (
    <>
      <path className={classes.cursor} d={`M${pixelX(area, at).toFixed(1)} 0V${innerHeight(area.height)}`} />
      {series.map((one, place) => {
        const isBack = one.hidden === true || one.faint === true || stepsBack(one, series, emphasis)
        const point = isBack ? undefined : nearestPoint(one, at)
        if (point === undefined || point.y === null) return null
        const y = pixelY(area, point.y)
        if (!Number.isFinite(y)) return null
        return (
          <circle
            key={one.id}
            cx={pixelX(area, point.x)}
            cy={y}
            r={3}
            fill={one.color ?? seriesColor(place)}
          />
        )
      })}
    </>
  )
}
