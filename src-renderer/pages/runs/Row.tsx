import { type MouseEvent, memo } from 'react'
import type { RunSummary } from '../../../shared/api/runs.ts'
import { Cell } from './cells.tsx'
import type { Column, ValuesAt } from './columns/column.ts'
import { DotsIcon, StarIcon } from './icons.tsx'
import { Part } from './Part.tsx'
import classes from './Table.module.css'

export interface RowHandlers {
  readonly onRowClick: (id: string, keys: { readonly shift: boolean; readonly mod: boolean }) => void
  readonly onTick: (id: string, shift: boolean) => void
  readonly onOpen: (id: string) => void
  readonly onStar: (run: RunSummary) => void
  readonly onMenu: (id: string, x: number, y: number) => void
}

interface RowProps {
  readonly run: RunSummary
  readonly columns: readonly Column[]
  readonly baseline: RunSummary | undefined
  readonly at: ValuesAt
  /** Of the rows in view, from 0. */
  readonly index: number
  readonly top: number
  readonly isSelected: boolean
  readonly isCursor: boolean
  readonly handlers: RowHandlers
  /** Times are told anew every minute. */
  readonly minute: number
}

export const rowElementId = (runId: string): string => `run-row-${runId}`

const isControl = (event: MouseEvent): boolean =>
  event.target instanceof Element && event.target.closest('a, button, input') !== null

/** A run in the table. The grid holds the focus and names the row that is meant. */
export const Row = memo(function Row(props: RowProps) {
  const { run, columns, index, top, isSelected, isCursor, handlers } = props
  const isBaseline = props.baseline?.id === run.id
  return (
    <Part
      role="row"
      id={rowElementId(run.id)}
      className={classes.row}
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      data-cursor={isCursor}
      data-baseline={isBaseline}
      data-run={run.id}
      style={{ transform: `translateY(${top}px)` }}
      onMouseDown={(event) => {
        if (event.shiftKey && !isControl(event)) event.preventDefault()
      }}
      onClick={(event) => {
        if (isControl(event)) return
        handlers.onRowClick(run.id, { shift: event.shiftKey, mod: event.ctrlKey || event.metaKey })
      }}
      onDoubleClick={(event) => {
        if (!isControl(event)) handlers.onOpen(run.id)
      }}
      onContextMenu={(event) => {
        event.preventDefault()
        handlers.onMenu(run.id, event.clientX, event.clientY)
      }}
    >
      <Marks run={run} isSelected={isSelected} handlers={handlers} />
      {columns.map((column, place) => (
        <Part
          key={column.id}
          role="gridcell"
          className={classes.cell}
          data-number={column.measure !== undefined}
          data-fixed={place === 0 && column.id === 'name'}
        >
          <Cell column={column} run={run} baseline={props.baseline} at={props.at} />
        </Part>
      ))}
      <Part role="gridcell" className={classes.mark}>
        <button
          type="button"
          className={classes.menuButton}
          tabIndex={-1}
          aria-label={`More of ${run.name}`}
          title="More (m)"
          onClick={(event) => {
            const { left, bottom } = event.currentTarget.getBoundingClientRect()
            handlers.onMenu(run.id, left, bottom)
          }}
        >
          <DotsIcon />
        </button>
      </Part>
    </Part>
  )
})

function Marks({ run, isSelected, handlers }: Pick<RowProps, 'run' | 'isSelected' | 'handlers'>) {
  return (
    <>
      <Part role="gridcell" className={classes.mark}>
        <input
          type="checkbox"
          tabIndex={-1}
          checked={isSelected}
          aria-label={`Select ${run.name}`}
          onChange={() => undefined}
          onClick={(event) => handlers.onTick(run.id, event.shiftKey)}
        />
      </Part>
      <Part role="gridcell" className={classes.mark}>
        <button
          type="button"
          className={classes.star}
          tabIndex={-1}
          aria-pressed={run.favourite}
          aria-label={`Favourite: ${run.name}`}
          title="Favourite (f)"
          onClick={() => handlers.onStar(run)}
        >
          <StarIcon />
        </button>
      </Part>
    </>
  )
}
