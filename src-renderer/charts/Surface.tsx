import { type KeyboardEvent, type PointerEvent, useState } from 'react'
import { setCursor, useCursor } from './cursor.ts'
import { isCursorKey, movedCursor, stopsOf } from './cursorKeys.ts'
import { valueWords } from './Legend.tsx'
import classes from './LineChart.module.css'
import { type PlotArea, pixelX, plotMargin, valueAtPixel } from './plotArea.ts'
import type { ChartAxis, LineChartProps } from './types.ts'
import { formatOf } from './words.ts'

interface Props {
  readonly chart: LineChartProps
  readonly y: ChartAxis
  readonly area: PlotArea
  readonly group: string
}

/** Below this a drag is a click that slipped. */
const leastPixels = 5

/** Reads pointer and keys: the shared cursor, dragging over a stretch to zoom into it, a double click to zoom out. */
export function Surface({ chart, y, area, group }: Props) {
  const { onZoom } = chart
  const [drag, setDrag] = useState<readonly [number, number]>()
  const valueAt = (event: PointerEvent<HTMLElement>): number =>
    valueAtPixel(area, event.clientX - event.currentTarget.getBoundingClientRect().left)
  const end = (): void => {
    setDrag(undefined)
    if (drag === undefined || onZoom === undefined) return
    const [from, to] = ordered(drag)
    if (pixelX(area, to) - pixelX(area, from) >= leastPixels) onZoom([from, to])
  }
  const at = useCursor(group)
  const onKeyDown = (event: KeyboardEvent): void => {
    if (!isCursorKey(event.key) || event.shiftKey || event.ctrlKey || event.metaKey || event.altKey) return
    // Without a cursor, Escape is the page's.
    if (event.key === 'Escape' && at === undefined) return
    event.preventDefault()
    event.stopPropagation()
    setCursor(group, movedCursor(event.key, at, stopsOf(chart.series, area.x.domain)))
  }
  return (
    <div
      className={classes.surface}
      data-zoomable={onZoom !== undefined}
      role="slider"
      tabIndex={0}
      aria-label={`${chart.title}: cursor`}
      aria-valuemin={area.x.domain[0]}
      aria-valuemax={area.x.domain[1]}
      aria-valuenow={at ?? area.x.domain[1]}
      aria-valuetext={cursorWords(chart, y, at)}
      onKeyDown={onKeyDown}
      onBlur={() => setCursor(group, undefined)}
      style={{
        left: plotMargin.left,
        right: plotMargin.right,
        top: plotMargin.top,
        bottom: plotMargin.bottom,
      }}
      onPointerMove={(event) => {
        const value = valueAt(event)
        setCursor(group, value)
        if (drag !== undefined) setDrag([drag[0], value])
      }}
      onPointerLeave={() => setCursor(group, undefined)}
      onPointerDown={(event) => {
        if (onZoom === undefined || event.button !== 0) return
        event.currentTarget.setPointerCapture(event.pointerId)
        setDrag([valueAt(event), valueAt(event)])
      }}
      onPointerUp={end}
      onPointerCancel={() => setDrag(undefined)}
      onDoubleClick={() => onZoom?.(undefined)}
    >
      {drag !== undefined && <Stretch area={area} stretch={ordered(drag)} />}
    </div>
  )
}

/** "step 840, epoch 6: train 0.1673, validation 0.3357" */
function cursorWords(
  { series, x, placeWords }: LineChartProps,
  y: ChartAxis,
  at: number | undefined,
): string {
  const place = at === undefined ? 'last values' : (placeWords ?? formatOf(x))(at)
  const values = series
    .filter(({ hidden, faint }) => hidden !== true && faint !== true)
    .flatMap((one) => {
      const value = valueWords(one, at, formatOf(y))
      return value === '' ? [] : [`${one.label} ${value}`]
    })
  return values.length === 0 ? 'no place chosen' : `${place}: ${values.join(', ')}`
}

const ordered = ([a, b]: readonly [number, number]): readonly [number, number] => (a <= b ? [a, b] : [b, a])

function Stretch({
  area,
  stretch: [from, to],
}: {
  readonly area: PlotArea
  readonly stretch: readonly [number, number]
}) {
  const left = pixelX(area, from)
  return <div className={classes.stretch} style={{ left, width: pixelX(area, to) - left }} />
}
