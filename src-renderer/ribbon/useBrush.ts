import { type PointerEvent, useState } from 'react'

/** Parts of the width, in 0..1. */
interface Stretch {
  readonly from: number
  readonly to: number
}

/** Below this a drag is a click that slipped. */
const leastPixels = 4

/** Dragging along an element, told as steps (both included) when it ends. */
export function useBrush(totalSteps: number, onBrush: ((from: number, to: number) => void) | undefined) {
  const [drag, setDrag] = useState<{ readonly start: number; readonly end: number }>()
  const brush: Stretch | undefined =
    drag === undefined
      ? undefined
      : { from: Math.min(drag.start, drag.end), to: Math.max(drag.start, drag.end) }
  const place = (event: PointerEvent<HTMLElement>): number => {
    const { left, width } = event.currentTarget.getBoundingClientRect()
    return Math.min(1, Math.max(0, (event.clientX - left) / width))
  }
  return {
    brush,
    onPointerDown: (event: PointerEvent<HTMLElement>) => {
      const onDot = event.target instanceof Element && event.target.closest('button') !== null
      if (onBrush === undefined || event.button !== 0 || onDot) return
      event.currentTarget.setPointerCapture(event.pointerId)
      setDrag({ start: place(event), end: place(event) })
    },
    onPointerMove: (event: PointerEvent<HTMLElement>) => {
      if (drag !== undefined) setDrag({ start: drag.start, end: place(event) })
    },
    onPointerUp: (event: PointerEvent<HTMLElement>) => {
      setDrag(undefined)
      if (brush === undefined || onBrush === undefined) return
      if ((brush.to - brush.from) * event.currentTarget.clientWidth < leastPixels) return
      const last = totalSteps - 1
      onBrush(Math.floor(brush.from * last), Math.ceil(brush.to * last))
    },
    onPointerCancel: () => setDrag(undefined),
  }
}
