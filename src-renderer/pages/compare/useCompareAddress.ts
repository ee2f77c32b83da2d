import { useNavigate, useSearch } from '@tanstack/react-router'
import type { CompareAxis } from './axes.ts'

export interface CompareView {
  readonly ids: readonly string[]
  readonly baseline: string | undefined
  readonly x: CompareAxis
  /** Weight of the moving average; 0: as measured. */
  readonly smooth: number
  readonly hidden: ReadonlySet<string>
  /** Settings that are the same in all runs, too. */
  readonly all: boolean
  /** Runs of other data than the baseline's, or the first run's, too. */
  readonly others: boolean
  readonly zoom: readonly [number, number] | undefined
}

export interface CompareChange {
  readonly ids?: readonly string[]
  readonly baseline?: string | undefined
  readonly x?: CompareAxis
  readonly smooth?: number
  readonly hidden?: readonly string[]
  readonly all?: boolean | undefined
  readonly others?: boolean | undefined
  readonly zoom?: readonly [number, number] | undefined
}

const firstSmoothing = 0.9

/** All that a comparison is lies in its address: it can be reloaded, bookmarked and sent. */
export function useCompareAddress(): readonly [CompareView, (change: CompareChange) => void] {
  const search = useSearch({ from: '/compare' })
  const navigate = useNavigate()
  const view = {
    ids: [...new Set(search.ids ?? [])],
    baseline: search.baseline,
    x: search.x ?? 'step',
    smooth: search.smooth ?? firstSmoothing,
    hidden: new Set(search.hidden ?? []),
    all: search.all ?? false,
    others: search.others ?? false,
    zoom: search.zoom,
  } as const
  const change = (part: CompareChange): void => {
    const { ids, hidden, zoom, ...rest } = part
    void navigate({
      to: '/compare',
      replace: true,
      resetScroll: false,
      search: (before) => ({
        ...before,
        ...rest,
        ...(ids !== undefined && { ids: [...ids] }),
        ...(hidden !== undefined && { hidden: hidden.length === 0 ? undefined : [...hidden] }),
        // Another axis has other places.
        ...(('zoom' in part || 'x' in part) && { zoom: zoom === undefined ? undefined : [zoom[0], zoom[1]] }),
      }),
    })
  }
  return [view, change]
}
