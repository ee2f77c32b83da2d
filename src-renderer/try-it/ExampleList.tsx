import { useVirtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, useRef } from 'react'
import type { PredictedRow } from '../../shared/api/predictions.ts'
import classes from './TryIt.module.css'

interface ExampleListProps {
  readonly rows: readonly PredictedRow[]
  readonly classNames: readonly string[]
  readonly chosen: number
  readonly onChoose: (at: number) => void
  readonly nameOf: (name: string) => string
}

const rowHeight = 26
const page = 10

/** One stop of the Tab key, arrows choose; only the rows in sight are in the page. */
export function ExampleList({ rows, classNames, chosen, onChoose, nameOf }: ExampleListProps) {
  const scroller = useRef<HTMLDivElement>(null)
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 10,
  })
  const shown = virtual.getVirtualItems()
  const onKeyDown = (event: KeyboardEvent): void => {
    const to = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: page,
      PageUp: -page,
      Home: -rows.length,
      End: rows.length,
    }[event.key]
    if (to === undefined) return
    event.preventDefault()
    const next = Math.min(rows.length - 1, Math.max(0, chosen + to))
    onChoose(next)
    virtual.scrollToIndex(next)
  }
  return (
    <div
      ref={scroller}
      className={classes.list}
      role="listbox"
      aria-label="Examples"
      aria-activedescendant={`example-${chosen}`}
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      <div style={{ height: virtual.getTotalSize() }} role="presentation">
        {shown.map(({ index, start }) => {
          const row = rows[index]
          return row === undefined ? null : (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the list.
            // biome-ignore lint/a11y/useFocusableInteractive: the list has the focus, and tells which of them is meant.
            <div
              key={index}
              id={`example-${index}`}
              className={classes.example}
              role="option"
              aria-selected={index === chosen}
              aria-setsize={rows.length}
              aria-posinset={index + 1}
              style={{ transform: `translateY(${start}px)`, height: rowHeight }}
              onClick={() => onChoose(index)}
            >
              <span className={classes.name} title={row.name}>
                {nameOf(row.name)}
              </span>
              <b>{classNames[row.predicted] ?? row.predicted}</b>
              <span className={classes.value}>
                {(100 * (row.probabilities[row.predicted] ?? 0)).toFixed(1)} %
              </span>
            </div>
          )
        })}
      </div>
    </div>
  )
}
