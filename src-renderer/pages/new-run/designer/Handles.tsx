import { type KeyboardEvent, type PointerEvent, useState } from 'react'
import type { Handle } from '../../../../shared/schedule/index.ts'
import {
  innerHeight,
  innerWidth,
  type PlotArea,
  pixelX,
  pixelY,
  plotMargin,
} from '../../../charts/plotArea.ts'
import { unproject } from '../../../charts/scale.ts'
import { useForm } from '../form.ts'
import { pathText } from '../model/tree.ts'
import classes from './Handles.module.css'

interface HandlesProps {
  readonly area: PlotArea
  readonly handles: readonly Handle[]
  /** Steps in one of the x axis' unit. */
  readonly stepsPerX: number
  readonly onChange: (handle: Handle, value: number) => void
  /** While one is dragged, the axes must stand still. */
  readonly onDragging: (dragging: boolean) => void
}

/** The parameters that can be dragged, over the plot: rates as dots on the curve, times as flags along the upper edge. */
export function Handles(props: HandlesProps) {
  const { area, handles } = props
  return (
    <div
      className={classes.layer}
      style={{
        left: plotMargin.left,
        top: plotMargin.top,
        width: innerWidth(area.width),
        height: innerHeight(area.height),
      }}
    >
      {handles.map((handle) => (
        <DragHandle key={`${pathText(handle.path)} ${handle.label}`} {...props} handle={handle} />
      ))}
    </div>
  )
}

/** Half of the square that is hit, in pixels: its style has the same. */
const reach = 12
/** Above the chart are its switches: a handle at the upper edge is hit below them, its mark stays where the value is. */
const topmost = reach - plotMargin.top

const within = (value: number, most: number): number => Math.min(most, Math.max(0, value))

function placeOf({ axis, step, rate }: Handle, area: PlotArea, stepsPerX: number) {
  const x = within(pixelX(area, step / stepsPerX), innerWidth(area.width))
  if (axis === 'time') return { x, y: 0 }
  const y = pixelY(area, rate)
  // A log axis has no place for 0: it stands at the bottom.
  return { x, y: Number.isNaN(y) ? innerHeight(area.height) : within(y, innerHeight(area.height)) }
}

function DragHandle({
  area,
  handle,
  stepsPerX,
  onChange,
  onDragging,
}: HandlesProps & { readonly handle: Handle }) {
  const [dragging, setDragging] = useState(false)
  const { x, y } = placeOf(handle, area, stepsPerX)
  const middle = Math.max(topmost, y)
  const { gesture } = useForm()
  const drag = (on: boolean) => {
    setDragging(on)
    gesture(on)
    onDragging(on)
  }
  const change = (value: number) => {
    if (value !== handle.value) onChange(handle, value)
  }
  const onPointerMove = (event: PointerEvent<HTMLElement>) => {
    const frame = event.currentTarget.parentElement?.getBoundingClientRect()
    if (!dragging || frame === undefined) return
    const place =
      handle.axis === 'time'
        ? timeAtPixel(area, event.clientX - frame.left) * stepsPerX
        : rateAtPixel(area, event.clientY - frame.top)
    change(handle.valueFor(place))
  }
  return (
    <div
      role="slider"
      tabIndex={0}
      className={classes.handle}
      data-axis={handle.axis}
      data-dragging={dragging}
      data-side={x > innerWidth(area.width) / 2 ? 'left' : 'right'}
      aria-label={handle.label}
      aria-valuenow={Number(handle.value.toPrecision(4))}
      aria-valuemin={handle.least}
      aria-valuemax={handle.most}
      aria-valuetext={handle.text}
      aria-orientation={handle.axis === 'time' ? 'horizontal' : 'vertical'}
      style={{ left: x, top: middle }}
      onPointerDown={(event) => {
        if (event.button !== 0) return
        event.currentTarget.setPointerCapture(event.pointerId)
        drag(true)
      }}
      onPointerMove={onPointerMove}
      onPointerUp={() => drag(false)}
      onPointerCancel={() => drag(false)}
      onKeyDown={(event) => {
        const value = valueByKey(event, handle)
        if (value === undefined) return
        event.preventDefault()
        change(value)
      }}
    >
      {handle.axis === 'time' && (
        <span
          className={classes.guide}
          style={{ top: reach + y - middle, height: innerHeight(area.height) }}
          aria-hidden="true"
        />
      )}
      <span
        className={classes.mark}
        style={{ transform: `translateY(${y - middle}px)` }}
        aria-hidden="true"
      />
      <span className={classes.words} aria-hidden="true">
        {handle.label}: {handle.text}
      </span>
    </div>
  )
}

/** A drag may go on beyond the end of an axis, which follows when it is let go: by so many times the axis' length. */
const beyond = 1

/** Down to the bottom is 0, on a log axis too, which never gets there. */
function rateAtPixel(area: PlotArea, pixel: number): number {
  const height = innerHeight(area.height)
  if (pixel >= height) return area.y.kind === 'log' ? 0 : Math.max(0, area.y.domain[0])
  return Math.max(0, unproject(area.y, 1 - Math.max(pixel / height, -beyond)))
}

function timeAtPixel(area: PlotArea, pixel: number): number {
  return unproject(area.x, Math.min(1 + beyond, Math.max(0, pixel / innerWidth(area.width))))
}

function valueByKey({ key, shiftKey }: KeyboardEvent, handle: Handle): number | undefined {
  switch (key) {
    case 'ArrowUp':
    case 'ArrowRight':
      return handle.nudge(1, shiftKey)
    case 'ArrowDown':
    case 'ArrowLeft':
      return handle.nudge(-1, shiftKey)
    case 'PageUp':
      return handle.nudge(1, true)
    case 'PageDown':
      return handle.nudge(-1, true)
    case 'Home':
      return handle.least
    default:
      return undefined
  }
}
