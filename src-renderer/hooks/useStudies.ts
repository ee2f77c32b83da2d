import { useSyncExternalStore } from 'react'
import type { StudyListChange, StudySummary } from '../../shared/api/studies.ts'
import { api } from '../client.ts'
import { createLiveList } from './liveList.ts'
import type { LiveState } from './liveState.ts'

export interface StudyList {
  /** Newest first; deleted ones are not among them. */
  readonly studies: readonly StudySummary[]
  readonly state: LiveState
}

const list = createLiveList<StudySummary, StudyListChange>(
  (listener) => api.studies.changes.subscribe({}, listener),
  ({ changed, removed }) => ({ changed, gone: removed }),
)

export function useStudies(): StudyList {
  const { rows: studies, state } = useSyncExternalStore(list.subscribe, list.get)
  return { studies, state }
}
