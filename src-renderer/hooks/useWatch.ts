import { useEffect, useState } from 'react'
import { type ChangeListener, type LiveState, stateAfter } from './liveState.ts'

export interface Live {
  readonly state: LiveState
  /** Why the host refuses to tell of it: there is no such thing. */
  readonly error: unknown
}

interface WatchKind<Watched, Change> {
  readonly empty: Watched
  readonly subscribe: (id: string, listener: ChangeListener<Change>) => { unsubscribe(): void }
  readonly apply: (watched: Watched, change: Change) => Watched
}

/**
 * One thing of the lab as it changes. After a break the subscription goes on from its cursor, and rows replace rows, so
 * that nothing is lost or there twice.
 * @param kind the same object at every call
 */
export function useWatch<Watched extends object, Change>(
  kind: WatchKind<Watched, Change>,
  id: string,
): Watched & Live {
  const start: Watched & Live = { ...kind.empty, state: 'connecting', error: undefined }
  const [held, setHeld] = useState({ id, watch: start })
  useEffect(() => {
    const begin: Watched & Live = { ...kind.empty, state: 'connecting', error: undefined }
    const update = (change: (watch: Watched & Live) => Watched & Live): void =>
      setHeld((last) => ({ id, watch: change(last.id === id ? last.watch : begin) }))
    const subscription = kind.subscribe(id, {
      onData: ({ data }) =>
        update((watch) => ({ ...kind.apply(watch, data), state: 'live', error: undefined })),
      onConnectionStateChange: (connection) =>
        update((watch) => {
          const state = stateAfter(connection.state, watch.state)
          return state === watch.state ? watch : { ...watch, state }
        }),
      onError: (error) => update((watch) => ({ ...watch, state: 'lost', error })),
    })
    return () => subscription.unsubscribe()
  }, [kind, id])
  return held.id === id ? held.watch : start
}
