import { type KeyboardEvent, type PointerEvent, useRef } from 'react'
import classes from './Parallel.module.css'
import { type Brushes, setBrush, withBrush } from './parallel.ts'
import { axisX, foot, type ParallelPlace, placeAtY, placeY, plot } from './parallelPlace.ts'

/** A place of an axis where a value lies; with a label where there is room for one. */
export interface BrushStop {
  readonly at: number
  readonly label: string
}

interface BrushAxisProps {
  readonly name: string
  readonly label: string
  readonly place: ParallelPlace
  readonly index: number
  readonly stops: readonly BrushStop[]
  /** The keys go from value to value. */
  readonly isDiscrete: boolean
  readonly brushes: Brushes
  readonly onBrushes: (brushes: Brushes) => void
}

/** Shorter drags than this part of an axis are clicks: they take the brush away. */
const leastDrag = 0.02

/** One axis with its brush: dragged along, or its two ends moved by the keys. */
export function BrushAxis(props: BrushAxisProps) {
  const { name, label, place, index, stops, brushes, onBrushes } = props
  const start = useRef<number>(undefined)
  const x = axisX(place, index)
  const brush = brushes[name]
  const at = (event: PointerEvent<HTMLElement>): number =>
    placeAtY(event.clientY - event.currentTarget.getBoundingClientRect().top + plot.top)
  const drag = (event: PointerEvent<HTMLElement>): void => {
    if (start.current === undefined) return
    const [low, high] = [Math.min(start.current, at(event)), Math.max(start.current, at(event))]
    if (high - low >= leastDrag) onBrushes(setBrush(brushes, name, [low, high]))
  }
  return (
    <>
      <span className={classes.axisName} style={{ left: x }} title={name}>
        {label}
      </span>
      {/* biome-ignore lint/a11y/noStaticElementInteractions lint/a11y/useKeyWithClickEvents: for the pointer; the keys have the two ends */}
      <div
        className={classes.axisLine}
        data-axis={name}
        style={{ left: x, top: plot.top, height: foot - plot.top }}
        onClick={(event) => event.stopPropagation()}
        onPointerDown={(event) => {
          if (event.button !== 0) return
          event.currentTarget.setPointerCapture(event.pointerId)
          start.current = at(event)
        }}
        onPointerMove={drag}
        onPointerUp={(event) => {
          if (start.current !== undefined && Math.abs(at(event) - start.current) < leastDrag)
            onBrushes(setBrush(brushes, name, [0, 1]))
          start.current = undefined
        }}
      />
      {brush !== undefined && (
        <span
          className={classes.brush}
          style={{ left: x, top: placeY(brush[1]), height: Math.max(4, placeY(brush[0]) - placeY(brush[1])) }}
        />
      )}
      {stops.map(({ at: where, label: words }) =>
        words === '' ? null : (
          <span key={words} className={classes.axisValue} style={{ left: x, top: placeY(where) }}>
            {words}
          </span>
        ),
      )}
      <Handle {...props} end="high" value={brush?.[1] ?? 1} x={x} />
      <Handle {...props} end="low" value={brush?.[0] ?? 0} x={x} />
    </>
  )
}

interface HandleProps extends BrushAxisProps {
  readonly end: 'low' | 'high'
  readonly value: number
  readonly x: number
}

const smallStep = 0.05

/** One end of the brush, a slider of its own. */
function Handle(props: HandleProps) {
  const { name, label, end, value, x, stops, isDiscrete, brushes, onBrushes } = props
  const onKeyDown = (event: KeyboardEvent): void => {
    const to = nextPlace(event.key, value, isDiscrete ? stops.map(({ at }) => at) : undefined)
    if (to === undefined) {
      if (event.key !== 'Escape' || brushes[name] === undefined) return
      onBrushes(setBrush(brushes, name, [0, 1]))
    } else onBrushes(withBrush(brushes, name, end, to))
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <span
      className={classes.handle}
      data-end={end}
      role="slider"
      tabIndex={0}
      aria-label={`${label}: ${end === 'low' ? 'lower' : 'upper'} end of the brush`}
      aria-orientation="vertical"
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(100 * value)}
      aria-valuetext={valueWords(value, stops)}
      style={{ left: x, top: placeY(value) }}
      onKeyDown={onKeyDown}
    />
  )
}

/** The value at the end, or between which two it lies. */
function valueWords(value: number, stops: readonly BrushStop[]): string {
  const labelled = stops.filter(({ label }) => label !== '')
  const exact = labelled.find(({ at }) => Math.abs(at - value) < 1e-6)
  if (exact !== undefined) return exact.label
  const below = labelled.findLast(({ at }) => at < value)
  const above = labelled.find(({ at }) => at > value)
  return `between ${below?.label ?? 'the least'} and ${above?.label ?? 'the greatest'}`
}

/** Where a key moves an end: to the next value, or by a step where values lie everywhere. */
function nextPlace(key: string, value: number, values: readonly number[] | undefined): number | undefined {
  if (key === 'Home') return 0
  if (key === 'End') return 1
  const by =
    key === 'ArrowUp' || key === 'ArrowRight' ? 1 : key === 'ArrowDown' || key === 'ArrowLeft' ? -1 : 0
  if (by === 0) return undefined
  if (values === undefined) return value + by * smallStep
  const blur = 1e-6
  return by > 0
    ? (values.find((at) => at > value + blur) ?? 1)
    : (values.findLast((at) => at < value - blur) ?? 0)
}
