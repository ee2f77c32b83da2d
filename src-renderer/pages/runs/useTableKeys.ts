import type { RefObject } from 'react'
import { type Shortcut, useShortcuts } from '../../frame/shortcuts.ts'
import type { SelectionAction } from './selection.ts'
import type { TrayActs } from './Tray.tsx'

interface TableKeys {
  readonly grid: RefObject<HTMLDivElement | null>
  readonly filter: RefObject<HTMLInputElement | null>
  readonly order: readonly string[]
  readonly cursor: string | null
  readonly selectedCount: number
  readonly isDeleted: boolean
  readonly select: (action: SelectionAction) => void
  readonly open: (id: string) => void
  readonly menu: (id: string) => void
  readonly acts: TrayActs
}

const page = 12

/** The keys of the table. Those that every page's controls need (Enter, arrows, Escape) work while the table has the focus. */
export function useTableKeys(keys: TableKeys): void {
  const { grid, filter, order, cursor, select, acts } = keys
  const isOnRows = (): boolean => {
    const active = document.activeElement
    return (
      active === grid.current || (active instanceof HTMLInputElement && active.closest('[role=row]') !== null)
    )
  }
  const isNowhere = (): boolean =>
    isOnRows() || document.activeElement === document.body || document.activeElement?.id === 'page'
  const move =
    (by: number, extend = false) =>
    () => {
      select({ type: 'move', by, order, extend })
      grid.current?.focus({ preventScroll: true })
    }
  const withCursor = (act: (id: string) => void) => () => {
    if (cursor !== null) act(cursor)
  }
  const when = isNowhere
  const list: Shortcut[] = [
    { keys: '/', does: 'Filter', run: () => filter.current?.select() },
    { keys: 'j', does: 'Down', run: move(1) },
    { keys: 'k', does: 'Up', run: move(-1) },
    { keys: 'ArrowDown', does: 'Down', run: move(1), when },
    { keys: 'ArrowUp', does: 'Up', run: move(-1), when },
    { keys: 'PageDown', does: 'A page down', run: move(page), when: isOnRows },
    { keys: 'PageUp', does: 'A page up', run: move(-page), when: isOnRows },
    { keys: 'Home', does: 'To the first', run: move(-order.length), when: isOnRows },
    { keys: 'End', does: 'To the last', run: move(order.length), when: isOnRows },
    { keys: 'x', does: 'Select the run', run: withCursor((id) => select({ type: 'toggle', id })) },
    { keys: 'shift+ArrowDown', does: 'Select down', run: move(1, true), when },
    { keys: 'shift+ArrowUp', does: 'Select up', run: move(-1, true), when },
    { keys: 'mod+A', does: 'Select all shown', run: () => select({ type: 'all', order }), when: isOnRows },
    { keys: 'Escape', does: 'Clear the selection', run: acts.clear, when },
    { keys: 'Enter', does: 'Open the run', run: withCursor(keys.open), when: isOnRows },
    { keys: 'm', does: 'More of the run', run: withCursor(keys.menu) },
    ...(keys.isDeleted ? [] : ofRuns(keys, when)),
  ]
  useShortcuts('Runs', list)
}

const ofRuns = ({ acts, selectedCount }: TableKeys, when: () => boolean): Shortcut[] => [
  { keys: 'c', does: 'Compare the selected', run: acts.compare, when: () => selectedCount > 1 },
  { keys: 'e', does: 'Ensemble the selected', run: acts.ensemble },
  { keys: 'f', does: 'Favourite', run: acts.favourite },
  { keys: 'Delete', does: 'Delete', run: acts.remove, when },
]
