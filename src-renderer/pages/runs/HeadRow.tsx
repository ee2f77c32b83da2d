import {
  columnResizingFeature,
  columnSizingFeature,
  functionalUpdate,
  type Header,
  tableFeatures,
  useTable,
} from '@tanstack/react-table'
import { type KeyboardEvent, useMemo, useState } from 'react'
import type { RunSummary } from '../../../shared/api/runs.ts'
import type { Column } from './columns/column.ts'
import { findColumn } from './columns/columns.ts'
import { type ChangeLayout, narrowest, placeColumn, type TableLayout, widest } from './layout.ts'
import { Part } from './Part.tsx'
import classes from './Table.module.css'
import { nextSorts, type Sort, type Sorts } from './view.ts'

const features = tableFeatures({ columnSizingFeature, columnResizingFeature })
const noRows: RunSummary[] = []
const leading = '30px 24px'
const trailing = '32px'
const fixedWidth = 30 + 24 + 32

interface Widths {
  readonly columns: readonly Column[]
  readonly layout: TableLayout
  readonly changeLayout: ChangeLayout
}

/** The columns as the table library holds them: their order, their widths and how they are dragged wider. */
export function useColumnModel({ columns, layout, changeLayout }: Widths) {
  const definitions = useMemo(
    () =>
      columns.map(({ id, width }) => ({
        id,
        size: width,
        minSize: narrowest,
        maxSize: widest,
        accessorFn: () => null,
      })),
    [columns],
  )
  const table = useTable({
    features,
    columns: definitions,
    data: noRows,
    state: { columnSizing: layout.widths },
    onColumnSizingChange: (updater) => changeLayout({ widths: functionalUpdate(updater, layout.widths) }),
    columnResizeMode: 'onChange',
  })
  const headers = table.getHeaderGroups()[0]?.headers ?? []
  const template = headers.map((header) => {
    const grows =
      findColumn(header.column.id)?.grows === true && layout.widths[header.column.id] === undefined
    return grows ? `minmax(${header.getSize()}px, 1fr)` : `${header.getSize()}px`
  })
  const width = headers.reduce((sum, header) => sum + header.getSize(), fixedWidth)
  // Where no column grows, the last place takes what is left.
  const hasGrowing = template.some((one) => one.startsWith('minmax'))
  const end = hasGrowing ? trailing : `minmax(${trailing}, 1fr)`
  return { headers, template: `${leading} ${template.join(' ')} ${end}`, width }
}

type HeadHeader = Header<typeof features, RunSummary, unknown>

interface HeadRowProps extends Widths {
  readonly headers: readonly HeadHeader[]
  readonly sorts: Sorts
  readonly onSort: (sorts: Sorts) => void
  readonly isAllSelected: boolean
  readonly onSelectAll: () => void
}

export function HeadRow(props: HeadRowProps) {
  const { columns, headers, layout, changeLayout } = props
  const [dragged, setDragged] = useState<string>()
  const [over, setOver] = useState<string>()
  const drop = (target: string): void => {
    if (dragged !== undefined) changeLayout({ shown: placeColumn(layout.shown, dragged, target) })
    setDragged(undefined)
    setOver(undefined)
  }
  return (
    <Part role="row" className={classes.head} aria-rowindex={1}>
      <Part role="columnheader" className={classes.mark}>
        <input
          type="checkbox"
          aria-label="Select all runs shown"
          checked={props.isAllSelected}
          onChange={props.onSelectAll}
        />
      </Part>
      <Part role="columnheader" className={classes.mark} aria-label="Favourite" />
      {columns.map((column, place) => (
        <Part
          key={column.id}
          role="columnheader"
          className={classes.headCell}
          data-number={column.measure !== undefined}
          data-fixed={place === 0 && column.id === 'name'}
          data-over={over === column.id && dragged !== column.id}
          {...sortState(column, props.sorts)}
          onDragOver={(event) => {
            if (dragged === undefined) return
            event.preventDefault()
            setOver(column.id)
          }}
          onDrop={() => drop(column.id)}
        >
          <button
            type="button"
            className={classes.sort}
            draggable
            disabled={column.value === undefined}
            title={column.about}
            onDragStart={() => setDragged(column.id)}
            onDragEnd={() => {
              setDragged(undefined)
              setOver(undefined)
            }}
            onClick={(event) => props.onSort(nextSorts(props.sorts, column.id, event.shiftKey))}
          >
            <span className={classes.label}>
              {column.label}
              <SortMark column={column} sorts={props.sorts} />
            </span>
            {column.part !== undefined && <span className={classes.ofPart}> {column.part}</span>}
          </button>
          <Resizer header={headers[place]} column={column} layout={layout} changeLayout={changeLayout} />
        </Part>
      ))}
      <Part role="columnheader" className={classes.mark} aria-label="More" />
    </Part>
  )
}

function sortState(column: Column, [first]: Sorts) {
  return first.column === column.id ? { 'aria-sort': directionIn(column, first) } : {}
}

/** As the reader sees the numbers: errors ascend where accuracies descend. */
function directionIn({ isMirrored }: Column, { direction }: Sort): Sort['direction'] {
  if (isMirrored !== true) return direction
  return direction === 'descending' ? 'ascending' : 'descending'
}

function SortMark({ column, sorts }: { readonly column: Column; readonly sorts: Sorts }) {
  const place = sorts.findIndex((sort) => sort.column === column.id)
  const sort = sorts[place]
  if (sort === undefined) return null
  return (
    <span aria-hidden="true">
      {` ${directionIn(column, sort) === 'descending' ? '↓' : '↑'}`}
      {place === 1 && <small>2</small>}
    </span>
  )
}

/** "Best, validation": labels alone may be those of two columns. */
const nameOf = ({ label, part }: Column): string => (part === undefined ? label : `${label}, ${part}`)

const keyStep = 10

interface ResizerProps {
  readonly header: HeadHeader | undefined
  readonly column: Column
  readonly layout: TableLayout
  readonly changeLayout: ChangeLayout
}

/** Between two headers: dragged by pointer, moved by the arrow keys; a double click gives the width back. */
function Resizer({ header, column, layout, changeLayout }: ResizerProps) {
  if (header === undefined) return null
  const width = Math.round(header.getSize())
  const onKeyDown = (event: KeyboardEvent): void => {
    const by = event.key === 'ArrowLeft' ? -keyStep : event.key === 'ArrowRight' ? keyStep : 0
    if (by === 0) return
    event.preventDefault()
    const next = Math.min(widest, Math.max(narrowest, width + by))
    changeLayout({ widths: { ...layout.widths, [column.id]: next } })
  }
  const start = header.getResizeHandler()
  return (
    // biome-ignore lint/a11y/useSemanticElements: a rule cannot be moved
    <div
      role="separator"
      tabIndex={0}
      aria-orientation="vertical"
      aria-label={`Width of ${nameOf(column)}`}
      aria-valuenow={width}
      aria-valuemin={narrowest}
      aria-valuemax={widest}
      className={classes.resize}
      data-resizing={header.column.getIsResizing()}
      onMouseDown={start}
      onTouchStart={start}
      onDoubleClick={() => {
        const { [column.id]: _, ...widths } = layout.widths
        changeLayout({ widths })
      }}
      onKeyDown={onKeyDown}
    />
  )
}
