import { type KeyboardEvent, type PointerEvent, useState } from 'react'
import type { RateTestSettings } from '../../shared/run/rateTest.ts'
import { innerHeight, innerWidth, type PlotArea, pixelX, plotMargin } from '../charts/plotArea.ts'
import { unproject } from '../charts/scale.ts'
import { rate as rateText } from '../format/format.ts'
import classes from './RateTest.module.css'
import { type LineName, moved, movedByKey, type RateLines } from './rateLines.ts'

interface RateHandlesProps {
  readonly area: PlotArea
  readonly lines: RateLines
  readonly settings: RateTestSettings
  readonly onMove: (lines: RateLines) => void
}

const names = { low: 'lowest', high: 'highest' } as const

/** The two rates to train with, as lines over the plot: dragged along the axis of rates, or moved by keys. */
export function RateHandles(props: RateHandlesProps) {
  const { area } = props
  return (
    <div
      className={classes.handles}
      style={{
        left: plotMargin.left,
        top: plotMargin.top,
        width: innerWidth(area.width),
        height: innerHeight(area.height),
      }}
    >
      <RateHandle {...props} line="low" />
      <RateHandle {...props} line="high" />
    </div>
  )
}

function RateHandle({ area, lines, settings, onMove, line }: RateHandlesProps & { readonly line: LineName }) {
  const [dragging, setDragging] = useState(false)
  const rate = lines[line]
  const x = pixelX(area, rate)
  const onPointerMove = (event: PointerEvent<HTMLElement>): void => {
    const frame = event.currentTarget.parentElement?.getBoundingClientRect()
    if (!dragging || frame === undefined) return
    const part = (event.clientX - frame.left) / innerWidth(area.width)
    onMove(moved(lines, line, unproject(area.x, Math.min(1, Math.max(0, part))), settings))
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const next = movedByKey(lines, line, event, settings)
    if (next === undefined) return
    event.preventDefault()
    event.stopPropagation()
    onMove(next)
  }
  return (
    <div
      role="slider"
      tabIndex={0}
      className={classes.handle}
      data-rate={line}
      data-dragging={dragging}
      data-side={(line === 'high') === x < innerWidth(area.width) - 96 || x < 96 ? 'right' : 'left'}
      aria-label={line === 'high' ? 'Highest rate' : 'Lowest rate'}
      aria-orientation="horizontal"
      aria-valuemin={line === 'high' ? lines.low : settings.from}
      aria-valuemax={line === 'high' ? settings.to : lines.high}
      aria-valuenow={rate}
      aria-valuetext={`rate ${rateText(rate)}`}
      style={{ left: x }}
      onPointerDown={(event) => {
        if (event.button !== 0) return
        event.currentTarget.setPointerCapture(event.pointerId)
        setDragging(true)
      }}
      onPointerMove={onPointerMove}
      onPointerUp={() => setDragging(false)}
      onPointerCancel={() => setDragging(false)}
      onKeyDown={onKeyDown}
    >
      <span className={classes.handleLine} aria-hidden="true" />
      <span className={classes.grip} aria-hidden="true" />
      <span className={classes.handleWords} aria-hidden="true">
        {names[line]} {rateText(rate)}
      </span>
    </div>
  )
}
