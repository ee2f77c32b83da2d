import { memo } from 'react'
import { stepsBack, useEmphasis } from './emphasis.ts'
import classes from './LineChart.module.css'
import { dotsPath, linePath } from './linePath.ts'
import { seriesColor } from './palette.ts'
import { innerHeight, innerWidth, type PlotArea } from './plotArea.ts'
import type { ChartSeries } from './types.ts'

interface LinesProps {
  readonly area: PlotArea
  readonly series: readonly ChartSeries[]
  readonly group: string
}

/** Wide strokes at the edge of the plot are not cut in half. */
const edge = 2

/**
 * The lines themselves, one path each. Not by the chart library, whose lines cost several times as much an update:
 * docs/charts.md has the figures.
 */
export const Lines = memo(function Lines({ area, series, group }: LinesProps) {
  const emphasis = useEmphasis(group)
  const width = innerWidth(area.width)
  const height = innerHeight(area.height)
  return (
    <svg
      className={classes.lines}
      x={-edge}
      y={-edge}
      width={width + 2 * edge}
      height={height + 2 * edge}
      viewBox={`${-edge} ${-edge} ${width + 2 * edge} ${height + 2 * edge}`}
      aria-hidden="true"
    >
      {series.map(
        (one, place) =>
          one.hidden !== true && (
            <Line
              key={one.id}
              area={area}
              one={one}
              place={place}
              isBack={stepsBack(one, series, emphasis)}
            />
          ),
      )}
    </svg>
  )
})

interface LineProps {
  readonly area: PlotArea
  readonly one: ChartSeries
  readonly place: number
  /** Another line is singled out. */
  readonly isBack: boolean
}

/** More values than these would be a chain of dots. */
const mostDots = 80

const Line = memo(function Line({ area, one, place, isBack }: LineProps) {
  const stroke = one.color ?? seriesColor(place)
  // A line of one point has no length to be seen.
  const isDots = one.dots === true || one.x.length === 1
  const hasDots = isDots || (one.marked === true && one.x.length <= mostDots)
  return (
    <g className={classes.line} data-back={isBack}>
      {!isDots && (
        <path
          data-line={one.id}
          d={linePath(one, area)}
          stroke={stroke}
          strokeWidth={one.faint === true ? 1 : 1.5}
          strokeOpacity={one.faint === true ? 0.3 : 1}
          strokeLinejoin="round"
          {...(one.dash !== undefined && { strokeDasharray: one.dash })}
        />
      )}
      {hasDots && (
        <path
          {...(isDots && { 'data-line': one.id })}
          d={dotsPath(one, area)}
          stroke={stroke}
          strokeWidth={isDots ? 6 : 5}
          strokeLinecap="round"
        />
      )}
    </g>
  )
})
