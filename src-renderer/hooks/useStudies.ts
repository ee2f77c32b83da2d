import { useSyncExternalStore } from 'react'
import type { StudyListChange, StudySummary } from '../../shared/api/studies.ts'
import { api } from '../client.ts'

/*
 * Every study of the lab, kept as the host has it by one subscription for the whole window. Rows are replaced, never
 * changed.
 */

export interface StudyList {
  /** Newest first; deleted ones are not among them. */
  readonly studies: readonly StudySummary[]
  /** connecting: nothing is known yet. lost: what is shown is the last that was known. */
  readonly state: 'connecting' | 'live' | 'lost'
}

let list: StudyList = { studies: [], state: 'connecting' }
const listeners = new Set<() => void>()
let listening = false

function publish(next: StudyList): void {
  list = next
  for (const listener of listeners) listener()
}

function apply({ changed, removed }: StudyListChange): void {
  const byId = new Map(list.studies.map((study) => [study.id, study]))
  for (const study of changed) byId.set(study.id, study)
  for (const id of removed) byId.delete(id)
  const studies = [...byId.values()].sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1))
  publish({ studies, state: 'live' })
}

function listen(): void {
  listening = true
  api.studies.changes.subscribe(
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

export const useStudies = (): StudyList => useSyncExternalStore(subscribe, () => list)
