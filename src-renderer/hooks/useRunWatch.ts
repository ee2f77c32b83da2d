import { useEffect, useState } from 'react'
import { api } from '../client.ts'
import { applyChange, emptyWatch, type RunWatch } from './runWatch.ts'
import { useRunSummary } from './useRuns.ts'

export interface LiveRun extends RunWatch {
  /** connecting: nothing is known yet. lost: what is shown is the last that was known. */
  readonly state: 'connecting' | 'live' | 'lost'
  /** Why the host refuses to tell of it: there is no such run. */
  readonly error: unknown
}

const start: LiveRun = { ...emptyWatch, state: 'connecting', error: undefined }

/**
 * One run as it trains. After a break the subscription goes on from its cursor, and rows replace rows, so that nothing is
 * lost or there twice. Until its first step comes, the run is the row of the list of all runs.
 */
export function useRunWatch(id: string): LiveRun {
  const listed = useRunSummary(id)
  const [live, setLive] = useState<{ readonly id: string; readonly watch: LiveRun }>({ id, watch: start })
  useEffect(() => {
    const update = (change: (watch: LiveRun) => LiveRun): void =>
      setLive((held) => ({ id, watch: change(held.id === id ? held.watch : start) }))
    const subscription = api.runs.watch.subscribe(
      { id },
      {
        onData: ({ data }) =>
          update((watch) => ({ ...applyChange(watch, data), state: 'live', error: undefined })),
        onConnectionStateChange: ({ state }) => {
          if (state === 'connecting')
            update((watch) => (watch.state === 'live' ? { ...watch, state: 'lost' } : watch))
          if (state === 'pending')
            update((watch) => (watch.state === 'lost' ? { ...watch, state: 'live' } : watch))
        },
        onError: (error) => update((watch) => ({ ...watch, state: 'lost', error })),
      },
    )
    return () => subscription.unsubscribe()
  }, [id])
  const watch = live.id === id ? live.watch : start
  return watch.run === undefined ? { ...watch, run: listed } : watch
}
