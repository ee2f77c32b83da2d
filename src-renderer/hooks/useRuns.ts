import { useSyncExternalStore } from 'react'
import type { RunListChange, RunSummary } from '../../shared/api/runs.ts'
import { api } from '../client.ts'

/*
 * Every run of the lab, kept as the host has it by one subscription for the whole window. Rows are replaced, never
 * changed, so that a row that is the same object is the same row.
 */

export interface RunList {
  /** Newest first, archived ones included, deleted ones not. */
  readonly runs: readonly RunSummary[]
  readonly byId: ReadonlyMap<string, RunSummary>
  /** connecting: nothing is known yet. lost: what is shown is the last that was known. */
  readonly state: 'connecting' | 'live' | 'lost'
}

let list: RunList = { runs: [], byId: new Map(), state: 'connecting' }
const listeners = new Set<() => void>()
let listening = false

function publish(next: RunList): void {
  list = next
  for (const listener of listeners) listener()
}

function apply(change: RunListChange): void {
  const byId = new Map(list.byId)
  for (const run of change.changed) byId.set(run.id, run)
  for (const id of [...change.removed, ...change.deleted]) byId.delete(id)
  const runs = [...byId.values()].sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1))
  publish({ runs, byId, state: 'live' })
}

function listen(): void {
  listening = true
  api.runs.changes.subscribe(
    {},
    {
      onData: ({ data }) => apply(data),
      onConnectionStateChange: ({ state }) => {
        if (state === 'connecting' && list.state === 'live') publish({ ...list, state: 'lost' })
        if (state === 'pending' && list.state === 'lost') publish({ ...list, state: 'live' })
      },
      onError: () => publish({ ...list, state: 'lost' }),
    },
  )
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  if (!listening) listen()
  return () => listeners.delete(listener)
}

export const useRuns = (): RunList => useSyncExternalStore(subscribe, () => list)

export const useRunSummary = (id: string): RunSummary | undefined =>
  useSyncExternalStore(subscribe, () => list.byId.get(id))
