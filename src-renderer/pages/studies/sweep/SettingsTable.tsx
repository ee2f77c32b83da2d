import {
  createSortedRowModel,
  functionalUpdate,
  rowSortingFeature,
  type SortingState,
  tableFeatures,
  useTable,
} from '@tanstack/react-table'
import { useVirtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, memo, useMemo, useRef } from 'react'
import type { StudyObjective } from '../../../../shared/study/spec.ts'
import type { ScoreMeasure } from '../../../format/scoreMeasure.ts'
import { type SettingColumn, settingColumns } from './columns.ts'
import { type SettingRow, standingOf } from './rows.ts'
import classes from './SettingsTable.module.css'
import sweepClasses from './Sweep.module.css'
import type { Sweep } from './useSweep.ts'
import { settingName, standingHelp } from './words.ts'

const features = tableFeatures({ rowSortingFeature, sortedRowModel: createSortedRowModel() })
const rowHeight = 28

interface SettingsTableProps {
  readonly sweep: Sweep
  /** Those that pass the brushes. */
  readonly rows: readonly SettingRow[]
  readonly measure: ScoreMeasure
  readonly chosen: string | undefined
  readonly sorting: SortingState
  readonly onSorting: (sorting: SortingState) => void
  readonly onChoose: (key: string) => void
}

/** One row a setting, sorted by any of its numbers; only the rows in sight are drawn. Arrow keys move between them. */
export function SettingsTable(props: SettingsTableProps) {
  const { sweep, rows, measure, sorting, onSorting } = props
  const columns = useMemo(() => settingColumns(sweep, measure), [sweep, measure])
  const definitions = useMemo(
    () =>
      columns.map(({ id, value, highFirst }) => ({
        id,
        accessorFn: (row: SettingRow) => value(row),
        sortUndefined: 'last' as const,
        sortDescFirst: highFirst === true,
      })),
    [columns],
  )
  const table = useTable({
    features,
    columns: definitions,
    data: rows,
    state: { sorting },
    onSortingChange: (updater) => onSorting(functionalUpdate(updater, sorting)),
    enableSortingRemoval: false,
    getRowId: ({ key }) => key,
  })
  const scroll = useRef<HTMLElement>(null)
  const sorted = table.getRowModel().rows
  const virtual = useVirtualizer({
    count: sorted.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => rowHeight,
    overscan: 12,
    getItemKey: (index) => sorted[index]?.id ?? index,
  })
  const items = virtual.getVirtualItems()
  const above = items[0]?.start ?? 0
  const below = virtual.getTotalSize() - (items.at(-1)?.end ?? 0)
  // One stop for the tab key among the rows, however many there are: the chosen one, or the first that is drawn.
  const stop = items.find(({ key }) => key === props.chosen)?.key ?? items[0]?.key
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className={classes.tableBox} tabIndex={0} aria-label="Settings" ref={scroll}>
      <table className={classes.table} aria-rowcount={sorted.length + 1}>
        <thead>
          <tr aria-rowindex={1}>
            {columns.map(({ id, label, part, about, isNumber }) => {
              const direction =
                sorting[0]?.id === id ? (sorting[0].desc ? 'descending' : 'ascending') : 'none'
              return (
                <th key={id} scope="col" aria-sort={direction} data-number={isNumber}>
                  <button type="button" title={about} onClick={() => table.getColumn(id)?.toggleSorting()}>
                    <span>
                      {label}
                      <span aria-hidden="true">{arrows[direction]}</span>
                    </span>
                    {part !== undefined && <span className={classes.ofPart}>{part}</span>}
                  </button>
                </th>
              )
            })}
          </tr>
        </thead>
        <tbody onKeyDown={moveFocus}>
          <Spacer height={above} columns={columns.length} />
          {items.map(({ index }) => {
            const row = sorted[index]?.original
            return row === undefined ? null : (
              <Row
                key={row.key}
                row={row}
                index={index}
                columns={columns}
                best={sweep.best}
                objective={sweep.spec.objective}
                nameOf={sweep.nameOf}
                isChosen={row.key === props.chosen}
                isStop={row.key === stop}
                onChoose={props.onChoose}
              />
            )
          })}
          <Spacer height={below} columns={columns.length} />
        </tbody>
      </table>
      {rows.length === 0 && <p className={sweepClasses.note}>No setting passes all brushes.</p>}
    </section>
  )
}

const arrows = { ascending: ' ↑', descending: ' ↓', none: '' } as const

/** Arrow keys go from row to row; Enter chooses. The rows beside the one in focus are always drawn. */
function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
  const row = event.target instanceof Element ? event.target.closest('tr') : null
  const next = event.key === 'ArrowDown' ? row?.nextElementSibling : row?.previousElementSibling
  const button = next?.querySelector('button')
  if (button === undefined || button === null) return
  event.preventDefault()
  event.stopPropagation()
  button.focus()
}

/** In place of the rows that are not drawn. */
function Spacer({ height, columns }: { readonly height: number; readonly columns: number }) {
  if (height <= 0) return null
  return (
    <tr>
      <td colSpan={columns} style={{ height, padding: 0, border: 0 }} />
    </tr>
  )
}

interface RowProps {
  readonly row: SettingRow
  readonly index: number
  readonly columns: readonly SettingColumn[]
  readonly best: SettingRow | undefined
  readonly objective: StudyObjective
  readonly nameOf: (path: string) => string
  readonly isChosen: boolean
  readonly isStop: boolean
  readonly onChoose: (key: string) => void
}

/** Drawn again only when its runs, the columns or the best change. */
const Row = memo(function Row({
  row,
  index,
  columns,
  best,
  objective,
  nameOf,
  isChosen,
  isStop,
  onChoose,
}: RowProps) {
  const standing = standingOf(row, best, objective)
  const name = settingName(row, nameOf)
  return (
    <tr
      aria-rowindex={index + 2}
      data-chosen={isChosen}
      data-standing={standing.is}
      onClick={() => onChoose(row.key)}
    >
      {columns.map((column, place) => {
        const text = column.text(row)
        const help = column.id === 'standing' ? standingHelp(standing) : text
        return place === 0 ? (
          <th key={column.id} scope="row" data-number={column.isNumber}>
            <button
              type="button"
              className={classes.choose}
              tabIndex={isStop ? 0 : -1}
              aria-pressed={isChosen}
              aria-label={`Show ${name}`}
              title={name}
            >
              {text}
            </button>
          </th>
        ) : (
          <td key={column.id} data-column={column.id} data-number={column.isNumber} title={help}>
            {text}
          </td>
        )
      })}
    </tr>
  )
})
