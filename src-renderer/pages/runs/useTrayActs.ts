import { useNavigate } from '@tanstack/react-router'
import type { RunSummary } from '../../../shared/api/runs.ts'
import { isResult } from '../../../shared/run/kind.ts'
import type { TableLayout } from './layout.ts'
import { archive, favourite, remove, restore } from './rowActions.ts'
import type { SelectionAction } from './selection.ts'
import type { TrayActs } from './Tray.tsx'

interface Options {
  /** In the order of the table. */
  readonly selected: readonly RunSummary[]
  /** Where the cursor is: meant by keys while nothing is selected. */
  readonly focusRun: RunSummary | undefined
  readonly layout: TableLayout
  readonly setBaseline: (id: string) => void
  readonly dispatch: (action: SelectionAction) => void
  readonly askPurge: (runs: readonly RunSummary[]) => void
}

export function useTrayActs(options: Options): TrayActs {
  const { selected, focusRun, layout, setBaseline, dispatch, askPurge } = options
  const navigate = useNavigate()
  const meant = selected.length > 0 || focusRun === undefined ? selected : [focusRun]
  const clear = () => dispatch({ type: 'clear' })
  /** Those that have left the list are selected no more. */
  const leaving = (act: (runs: readonly RunSummary[]) => Promise<boolean>) => async () => {
    if (meant.length > 0 && (await act(meant))) clear()
  }
  const withSnapshots = meant.filter(({ snapshots }) => snapshots.length > 0).map(({ id }) => id)
  const compared = meant.filter(isResult).map(({ id }) => id)
  const [first] = selected
  const isArchived = meant.every(({ archived }) => archived)
  return {
    compare: () => {
      if (compared.length < 2) return
      const { baseline } = layout
      void navigate({ to: '/compare', search: { ids: compared, ...(baseline !== null && { baseline }) } })
    },
    ensemble: () => {
      if (withSnapshots.length > 0) void navigate({ to: '/ensembles', search: { runs: withSnapshots } })
    },
    favourite: () => {
      if (meant.length > 0) void favourite(meant)
    },
    archive: () => void leaving((runs) => archive(runs, !isArchived))(),
    remove: () => void leaving(remove)(),
    restore: () => void leaving(restore)(),
    purge: () => askPurge(selected),
    setBaseline: () => {
      if (first !== undefined) setBaseline(first.id)
    },
    clear,
  }
}
