import { type PointerEvent, useState } from 'react'
import { setCursor } from './cursor.ts'
import classes from './LineChart.module.css'
import { type PlotArea, pixelX, plotMargin, valueAtPixel } from './plotArea.ts'

interface Props {
  readonly area: PlotArea
  readonly group: string
  readonly onZoom: ((window: readonly [number, number] | undefined) => void) | undefined
}

/** Below this a drag is a click that slipped. */
const leastPixels = 5

/** Reads the pointer: the shared cursor, dragging over a stretch to zoom into it, a double click to zoom out. */
export function Surface({ area, group, onZoom }: Props) {
  const [drag, setDrag] = useState<readonly [number, number]>()
  const valueAt = (event: PointerEvent<HTMLElement>): number =>
    valueAtPixel(area, event.clientX - event.currentTarget.getBoundingClientRect().left)
  const end = (): void => {
    setDrag(undefined)
    if (drag === undefined || onZoom === undefined) return
    const [from, to] = ordered(drag)
    if (pixelX(area, to) - pixelX(area, from) >= leastPixels) onZoom([from, to])
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the table of values is the way in without a pointer
    <div
      className={classes.surface}
      data-zoomable={onZoom !== undefined}
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
