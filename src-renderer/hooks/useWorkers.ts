import { useMemo, useSyncExternalStore } from 'react'
import type { WorkersInfo } from '../../shared/api/workers.ts'
import { api } from '../client.ts'
import { type LiveState, stateAfter } from './liveState.ts'

/*
 * What the lab knows of other machines, by one subscription for the whole window while somebody looks at it.
 */

interface Known {
  /** Undefined until it is known. */
  readonly info: WorkersInfo | undefined
  readonly state: LiveState
  readonly error: unknown
}

let known: Known = { info: undefined, state: 'connecting', error: null }
const listeners = new Set<() => void>()
let subscription: { unsubscribe(): void } | undefined

function publish(next: Partial<Known>): void {
  known = { ...known, ...next }
  for (const listener of listeners) listener()
}

const listen = (): { unsubscribe(): void } =>
  api.workers.changes.subscribe(
    {},
    {
      onData: ({ data }) => publish({ info: data, state: 'live', error: null }),
      onConnectionStateChange(connection) {
        const state = stateAfter(connection.state, known.state)
        if (state !== known.state) publish({ state })
      },
      onError: (error) => publish({ state: 'lost', error }),
    },
  )

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  subscription ??= listen()
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    subscription?.unsubscribe()
    subscription = undefined
    known = { ...known, state: 'connecting' }
  }
}

const unwanted = () => () => undefined

/** The last that was known, also of an earlier look. @param isWanted false: nothing is asked of the host for this one */
export const useWorkers = (isWanted = true): Known =>
  useSyncExternalStore(isWanted ? subscribe : unwanted, () => known)

/** The worker of that id, where it is known. */
export function useWorker(id: string | undefined) {
  const { info } = useWorkers()
  return useMemo(() => info?.workers.find((worker) => worker.id === id), [info, id])
}
