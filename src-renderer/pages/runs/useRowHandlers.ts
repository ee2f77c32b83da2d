import { useMemo, useRef } from 'react'
import type { RowHandlers } from './Row.tsx'
import type { MenuPlace } from './RowMenu.tsx'
import { favourite } from './rowActions.ts'
import type { SelectionAction } from './selection.ts'

interface Options {
  readonly order: readonly string[]
  readonly dispatch: (action: SelectionAction) => void
  readonly open: (id: string) => void
  readonly onMenu: (place: MenuPlace) => void
}

/** What a row tells the table, the same functions at every render, so that rows without news are not drawn again. */
export function useRowHandlers(options: Options): RowHandlers {
  const latest = useRef(options)
  latest.current = options
  return useMemo(() => {
    const send = (action: SelectionAction): void => latest.current.dispatch(action)
    return {
      onRowClick: (id, { shift, mod }) => {
        if (shift) send({ type: 'range', id, order: latest.current.order })
        else send({ type: mod ? 'toggle' : 'only', id })
      },
      onTick: (id, shift) =>
        send(shift ? { type: 'range', id, order: latest.current.order } : { type: 'toggle', id }),
      onOpen: (id) => latest.current.open(id),
      onStar: (run) => void favourite([run]),
      onMenu: (id, x, y) => {
        send({ type: 'cursor', id })
        latest.current.onMenu({ id, x, y })
      },
    }
  }, [])
}
