import { useMemo, useSyncExternalStore } from 'react'
import type { RunListChange, RunSummary } from '../../shared/api/runs.ts'
import { api } from '../client.ts'
import { createLiveList, type LiveList } from './liveList.ts'

/** Archived runs are among them, deleted ones are not. */
export interface RunList extends Omit<LiveList<RunSummary>, 'rows'> {
  /** Newest first. */
  readonly runs: readonly RunSummary[]
}

const list = createLiveList<RunSummary, RunListChange>(
  (listener) => api.runs.changes.subscribe({}, listener),
  ({ changed, removed, deleted }) => ({ changed, gone: [...removed, ...deleted] }),
)

export function useRuns(): RunList {
  const { rows: runs, byId, state } = useSyncExternalStore(list.subscribe, list.get)
  return useMemo(() => ({ runs, byId, state }), [runs, byId, state])
}

export const useRunSummary = (id: string): RunSummary | undefined =>
  useSyncExternalStore(list.subscribe, () => list.get().byId.get(id))
