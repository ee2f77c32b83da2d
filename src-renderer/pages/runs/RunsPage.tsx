import { Button, SegmentedControl } from '@mantine/core'
import { Link, useNavigate } from '@tanstack/react-router'
import { useCallback, useId, useMemo, useReducer, useRef, useState } from 'react'
import type { RunSummary } from '../../../shared/api/runs.ts'
import { EmptyState } from '../../components/EmptyState.tsx'
import { ErrorNote } from '../../components/ErrorNote.tsx'
import { PageHeader } from '../../components/PageHeader.tsx'
import { count, counted } from '../../format/format.ts'
import { useScoreMeasure } from '../../hooks/useScoreMeasure.ts'
import { ColumnsMenu } from './ColumnsMenu.tsx'
import { columnsOf } from './columns/columns.ts'
import { FirstStart } from './FirstStart.tsx'
import { FilterBox } from './filter/FilterBox.tsx'
import type { FilterError } from './filter/parse.ts'
import { ImportMenu } from './ImportMenu.tsx'
import { useLayout } from './layout.ts'
import { PurgeDialog } from './PurgeDialog.tsx'
import { rowElementId } from './Row.tsx'
import { type MenuPlace, RowMenu } from './RowMenu.tsx'
import classes from './Runs.module.css'
import { RunsTable } from './RunsTable.tsx'
import { nothingSelected, type Selection, select } from './selection.ts'
import { Tray } from './Tray.tsx'
import { type ListName, useAddress } from './useAddress.ts'
import { useAtValues } from './useAtValues.ts'
import { type Listed, useListed } from './useListed.ts'
import { useRowHandlers } from './useRowHandlers.ts'
import { useRows } from './useRows.ts'
import { useTableKeys } from './useTableKeys.ts'
import { useTrayActs } from './useTrayActs.ts'

const lists = [
  { value: 'current', label: 'Current' },
  { value: 'archived', label: 'Archived' },
  { value: 'deleted', label: 'Deleted' },
] as const

/** Home: every run of the lab, to be found, told apart and taken further. */
export function RunsPage() {
  const grid = useRef<HTMLDivElement>(null)
  const filter = useRef<HTMLInputElement>(null)
  const messageId = useId()
  const address = useAddress()
  const [layout, changeLayout] = useLayout()
  const [scoreMeasure] = useScoreMeasure()
  const listed = useListed(address.list)
  const isDeleted = address.list === 'deleted'
  const baseline = isDeleted ? undefined : listed.byId.get(layout.baseline ?? '')
  const isAnyElsewhere = useMemo(() => listed.runs.some(({ place }) => place !== null), [listed.runs])
  const columns = useMemo(
    () =>
      columnsOf(layout.shown, layout.at, scoreMeasure).filter(({ id }) => id !== 'where' || isAnyElsewhere),
    [layout.shown, layout.at, scoreMeasure, isAnyElsewhere],
  )
  const [selection, dispatch] = useReducer(select, nothingSelected)
  const [isPointerInside, setPointerInside] = useState(false)
  const [range, setRange] = useState<readonly string[]>([])
  const at = useAtColumn(layout, address.sorts, listed, range)
  const { rows, matching, error, understood } = useRows({
    listed,
    text: address.text,
    sorts: address.sorts,
    baseline,
    at,
    isHeld: isPointerInside || selection.selected.size > 0,
  })
  const order = useMemo(() => rows.map(({ id }) => id), [rows])
  const { selected, unseen } = useSelected(rows, listed, selection)
  const knownTags = useMemo(() => [...new Set(listed.runs.flatMap(({ tags }) => tags))].sort(), [listed])
  const [menu, setMenu] = useState<MenuPlace>()
  const [purging, setPurging] = useState<readonly RunSummary[]>()
  const navigate = useNavigate()
  const open = useCallback(
    (id: string) => {
      if (!isDeleted) void navigate({ to: '/runs/$runId', params: { runId: id } })
    },
    [navigate, isDeleted],
  )
  const handlers = useRowHandlers({ order, dispatch, open, onMenu: setMenu })
  const setBaseline = (id: string) => changeLayout({ baseline: layout.baseline === id ? null : id })
  const focusRun = selection.cursor === null ? undefined : listed.byId.get(selection.cursor)
  const acts = useTrayActs({ selected, focusRun, layout, setBaseline, dispatch, askPurge: setPurging })
  useTableKeys({
    grid,
    filter,
    order,
    cursor: selection.cursor,
    selectedCount: selected.length,
    isDeleted,
    select: dispatch,
    open,
    menu: (id) => {
      const place = document.getElementById(rowElementId(id))?.getBoundingClientRect()
      if (place !== undefined) setMenu({ id, x: place.left + 60, y: place.bottom })
    },
    acts,
  })
  const toTable = () => {
    grid.current?.focus({ preventScroll: true })
    if (selection.cursor === null || !order.includes(selection.cursor)) {
      const [first] = order
      if (first !== undefined) dispatch({ type: 'cursor', id: first })
    }
  }
  if (!listed.isConnecting && !listed.hasAny && address.list === 'current' && address.text === '') {
    return (
      <main className={classes.page}>
        <PageHeader title="Runs" actions={<ListSwitch list="current" onList={address.setList} />} />
        <FirstStart />
      </main>
    )
  }
  return (
    <main className={classes.page}>
      <div className={classes.top}>
        <PageHeader title="Runs" />
        <FilterBox
          input={filter}
          text={address.text}
          onText={address.setText}
          error={error}
          messageId={messageId}
          tags={knownTags}
          onDone={toTable}
        />
        <div className={classes.actions}>
          <ListSwitch
            list={address.list}
            onList={(list) => {
              dispatch({ type: 'clear' })
              address.setList(list)
            }}
          />
          <ColumnsMenu layout={layout} changeLayout={changeLayout} />
          <ImportMenu isWaiting={listed.isConnecting} />
          <Button component={Link} to="/new">
            New run
          </Button>
        </div>
      </div>
      <FilterLine
        id={messageId}
        error={error}
        understood={understood}
        shown={matching}
        listed={listed}
        list={address.list}
      />
      {listed.error !== null && <ErrorNote title="The deleted runs could not be read" error={listed.error} />}
      <RunsTable
        grid={grid}
        rows={rows}
        columns={columns}
        layout={layout}
        changeLayout={changeLayout}
        sorts={address.sorts}
        onSort={address.setSorts}
        selection={selection}
        onSelectAll={() =>
          dispatch(
            order.every((id) => selection.selected.has(id)) ? { type: 'clear' } : { type: 'all', order },
          )
        }
        baseline={baseline}
        at={at}
        handlers={handlers}
        onPointerInside={setPointerInside}
        onRange={setRange}
        isBusy={listed.isConnecting}
      >
        {!listed.isConnecting && (
          <NoRows
            list={address.list}
            isFiltered={listed.runs.length > 0}
            onClear={() => address.setText('')}
          />
        )}
      </RunsTable>
      {selected.length > 0 && (
        <Tray
          list={address.list}
          runs={selected}
          unseen={unseen}
          isBaseline={selected[0]?.id === layout.baseline}
          knownTags={knownTags}
          acts={acts}
        />
      )}
      <RowMenu
        run={
          menu === undefined ? undefined : (listed.byId.get(menu.id) ?? rows.find(({ id }) => id === menu.id))
        }
        place={menu}
        isDeleted={isDeleted}
        isBaseline={menu?.id === layout.baseline}
        onClose={() => {
          setMenu(undefined)
          grid.current?.focus({ preventScroll: true })
        }}
        onOpen={open}
        onClone={(id) => void navigate({ to: '/new', search: { from: id } })}
        onBaseline={setBaseline}
        onPurge={(run) => setPurging([run])}
      />
      <PurgeDialog
        runs={purging}
        onClose={() => {
          setPurging(undefined)
          dispatch({ type: 'clear' })
        }}
      />
    </main>
  )
}

/** The runs selected, in the order of the table; after them those that the filter leaves out, which stay selected. */
function useSelected(rows: readonly RunSummary[], { byId }: Listed, { selected }: Selection) {
  return useMemo(() => {
    const seen = rows.filter(({ id }) => selected.has(id))
    const ids = new Set(seen.map(({ id }) => id))
    const others = [...selected].filter((id) => !ids.has(id)).flatMap((id) => byId.get(id) ?? [])
    return { selected: [...seen, ...others], unseen: others.length }
  }, [rows, byId, selected])
}

/** The rows in sight need their values; to sort by them, all do. */
function useAtColumn(
  { shown, at }: ReturnType<typeof useLayout>[0],
  sorts: ReturnType<typeof useAddress>['sorts'],
  { runs, byId }: Listed,
  range: readonly string[],
) {
  const isShown = shown.includes('at')
  const isSorted = isShown && sorts.some(({ column }) => column === 'at')
  const wanted = useMemo(
    () => (isSorted ? runs : isShown ? range.flatMap((id) => byId.get(id) ?? []) : []),
    [isSorted, isShown, runs, byId, range],
  )
  return useAtValues(isShown, at, wanted)
}

function ListSwitch({
  list,
  onList,
}: {
  readonly list: ListName
  readonly onList: (list: ListName) => void
}) {
  return <SegmentedControl aria-label="Which runs" data={[...lists]} value={list} onChange={onList} />
}

interface FilterLineProps {
  readonly id: string
  readonly error: FilterError | undefined
  readonly understood: readonly string[]
  readonly shown: number
  readonly listed: Listed
  readonly list: ListName
}

/** One line of its own, so that nothing moves when it has something to tell. */
function FilterLine({ id, error, understood, shown, listed, list }: FilterLineProps) {
  const total = listed.runs.length
  const all = list === 'current' ? counted(total, 'run') : `${counted(total, 'run')} ${list}`
  const words = shown === total ? all : `${count(shown)} of ${all}`
  return (
    <p id={id} className={classes.line} role="status" data-wrong={error !== undefined}>
      {listed.isConnecting
        ? ' '
        : error === undefined
          ? [words, ...understood].join(' · ')
          : `${error.message} Showing ${words} by the last filter that could be read.`}
    </p>
  )
}

interface NoRowsProps {
  readonly list: ListName
  readonly isFiltered: boolean
  readonly onClear: () => void
}

function NoRows({ list, isFiltered, onClear }: NoRowsProps) {
  if (isFiltered) {
    return (
      <EmptyState
        title="No run matches"
        text="The filter leaves none of this list."
        action={<Button onClick={onClear}>Clear the filter</Button>}
      />
    )
  }
  if (list === 'archived') {
    return <EmptyState title="Nothing archived" text="Archived runs leave the table and keep everything." />
  }
  if (list === 'deleted') {
    return <EmptyState title="Nothing deleted" text="Deleted runs can be restored from here for 30 days." />
  }
  return <EmptyState title="No current runs" text="All runs are archived or deleted." />
}
