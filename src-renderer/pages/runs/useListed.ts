import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useMemo } from 'react'
import type { RunSummary } from '../../../shared/api/runs.ts'
import { trpc } from '../../client.ts'
import { useRuns } from '../../hooks/useRuns.ts'
import type { ListName } from './useAddress.ts'

export interface Listed {
  /** Newest first. */
  readonly runs: readonly RunSummary[]
  readonly byId: ReadonlyMap<string, RunSummary>
  /** Nothing is known yet. */
  readonly isConnecting: boolean
  /** Whether the lab has a run in any list that the window knows of. */
  readonly hasAny: boolean
  readonly error: unknown
}

/** The runs of one of the three lists. Deleted ones are in no subscription: they are asked for when some may have gone there. */
export function useListed(list: ListName): Listed {
  const all = useRuns()
  const client = useQueryClient()
  const isDeletedShown = list === 'deleted'
  const options = trpc.runs.list.queryOptions({ of: 'deleted' })
  const deleted = useQuery({ ...options, enabled: isDeletedShown })
  const { size } = all.byId
  // biome-ignore lint/correctness/useExhaustiveDependencies: a run that left the lists may be a deleted one now
  useEffect(() => {
    if (isDeletedShown) void client.invalidateQueries({ queryKey: options.queryKey })
  }, [size, isDeletedShown])
  const gone = deleted.data
  return useMemo(() => {
    const runs = isDeletedShown
      ? (gone ?? [])
      : all.runs.filter(({ archived }) => archived === (list === 'archived'))
    return {
      runs,
      byId: new Map(runs.map((run) => [run.id, run])),
      isConnecting: isDeletedShown ? gone === undefined : all.state === 'connecting',
      hasAny: all.runs.length > 0,
      error: isDeletedShown ? deleted.error : null,
    }
  }, [all, gone, list, isDeletedShown, deleted.error])
}
