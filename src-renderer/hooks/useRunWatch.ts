import type { RunChange } from '../../shared/api/runs.ts'
import { api } from '../client.ts'
import { applyChange, emptyWatch, type RunWatch } from './runWatch.ts'
import { useRunSummary } from './useRuns.ts'
import { type Live, useWatch } from './useWatch.ts'

export interface LiveRun extends RunWatch, Live {}

const runs = {
  empty: emptyWatch,
  subscribe: (id: string, listener: Parameters<typeof api.runs.watch.subscribe>[1]) =>
    api.runs.watch.subscribe({ id }, listener),
  apply: (watch: RunWatch, change: RunChange) => applyChange(watch, change),
}

/** One run as it trains. Until its first step comes, it is the row of the list of all runs. */
export function useRunWatch(id: string): LiveRun {
  const listed = useRunSummary(id)
  const watch = useWatch<RunWatch, RunChange>(runs, id)
  return watch.run === undefined ? { ...watch, run: listed } : watch
}
