import { useSyncExternalStore } from 'react'
import type { LoadProgress } from './loadAnswers.ts'

/* How far the loading of a workbench is: told many times a second, it redraws its own line and nothing else. */

interface Told {
  readonly key: string
  readonly progress: LoadProgress
}

let latest: Told | undefined
const listeners = new Set<() => void>()

export function tellProgress(snapshotIds: readonly number[], progress: LoadProgress): void {
  latest = { key: snapshotIds.join(), progress }
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Of the loading of these snapshots; undefined before it begins. */
export function useLoadProgress(snapshotIds: readonly number[]): LoadProgress | undefined {
  return useSyncExternalStore(subscribe, () =>
    latest?.key === snapshotIds.join() ? latest.progress : undefined,
  )
}
