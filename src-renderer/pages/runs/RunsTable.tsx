import { Box } from '@mantine/core'
import { useVirtualizer } from '@tanstack/react-virtual'
import { type ReactNode, type RefObject, useEffect, useState } from 'react'
import type { RunSummary } from '../../../shared/api/runs.ts'
import type { Column, ValuesAt } from './columns/column.ts'
import { HeadRow, useColumnModel } from './HeadRow.tsx'
import type { ChangeLayout, TableLayout } from './layout.ts'
import { Part } from './Part.tsx'
import { Row, type RowHandlers, rowElementId } from './Row.tsx'
import type { Selection } from './selection.ts'
import classes from './Table.module.css'
import type { Sorts } from './view.ts'

const rowHeight = 38
const headHeight = 36

interface RunsTableProps {
  readonly grid: RefObject<HTMLDivElement | null>
  readonly rows: readonly RunSummary[]
  readonly columns: readonly Column[]
  readonly layout: TableLayout
  readonly changeLayout: ChangeLayout
  readonly sorts: Sorts
  readonly onSort: (sorts: Sorts) => void
  readonly selection: Selection
  readonly onSelectAll: () => void
  readonly baseline: RunSummary | undefined
  readonly at: ValuesAt
  readonly handlers: RowHandlers
  readonly onPointerInside: (inside: boolean) => void
  /** Ids of the rows that are drawn. */
  readonly onRange: (ids: readonly string[]) => void
  readonly isBusy: boolean
  /** In place of rows where there are none. */
  readonly children?: ReactNode
}

export function RunsTable(props: RunsTableProps) {
  const { grid, rows, selection, columns } = props
  const { headers, template, width } = useColumnModel(props)
  const minute = useMinute()
  const items = useRowWindow(props)
  const shownCursor = items.some(({ index }) => rows[index]?.id === selection.cursor)
  return (
    <Box
      ref={grid}
      role="grid"
      tabIndex={0}
      className={classes.grid}
      aria-label="Runs"
      aria-busy={props.isBusy}
      aria-rowcount={rows.length + 1}
      aria-multiselectable
      {...(shownCursor && selection.cursor !== null
        ? { 'aria-activedescendant': rowElementId(selection.cursor) }
        : {})}
      __vars={{ '--columns': template, '--width': `${width}px` }}
    >
      <HeadRow
        {...props}
        headers={headers}
        isAllSelected={rows.length > 0 && rows.every(({ id }) => selection.selected.has(id))}
      />
      <Part
        role="rowgroup"
        className={classes.body}
        style={{ height: rows.length * rowHeight }}
        onPointerEnter={() => props.onPointerInside(true)}
        onPointerLeave={() => props.onPointerInside(false)}
      >
        {items.map(({ index, start }) => {
          const run = rows[index]
          return run === undefined ? null : (
            <Row
              key={run.id}
              run={run}
              columns={columns}
              baseline={props.baseline}
              at={props.at}
              index={index}
              top={start - headHeight}
              isSelected={selection.selected.has(run.id)}
              isCursor={selection.cursor === run.id}
              handlers={props.handlers}
              minute={minute}
            />
          )
        })}
      </Part>
      {rows.length === 0 && props.children}
    </Box>
  )
}

/** The rows that are in sight and a few around them; goes to the cursor when it moves. */
function useRowWindow({ grid, rows, selection, onRange }: RunsTableProps) {
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => grid.current,
    estimateSize: () => rowHeight,
    overscan: 6,
    scrollMargin: headHeight,
    scrollPaddingStart: headHeight,
    getItemKey: (index) => rows[index]?.id ?? index,
  })
  const items = virtual.getVirtualItems()
  const { cursor } = selection
  // biome-ignore lint/correctness/useExhaustiveDependencies: rows that move under a live table do not take the view along
  useEffect(() => {
    const index = cursor === null ? -1 : rows.findIndex(({ id }) => id === cursor)
    if (index !== -1) virtual.scrollToIndex(index, { align: 'auto' })
  }, [cursor])
  const ids = items.map(({ index }) => rows[index]?.id ?? '').join(' ')
  useEffect(() => onRange(ids === '' ? [] : ids.split(' ')), [ids, onRange])
  return items
}

/** Changes once a minute. */
function useMinute(): number {
  const [minute, setMinute] = useState(0)
  useEffect(() => {
    const timer = setInterval(() => setMinute((before) => before + 1), 60_000)
    return () => clearInterval(timer)
  }, [])
  return minute
}
