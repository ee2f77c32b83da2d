import { useEffect, useState } from 'react'
import { api } from '../client.ts'
import { applyStudyChange, emptyStudyWatch, type StudyWatch } from './studyWatch.ts'

export interface LiveStudy extends StudyWatch {
  /** connecting: nothing is known yet. lost: what is shown is the last that was known. */
  readonly state: 'connecting' | 'live' | 'lost'
  /** Why the host refuses to tell of it: there is no such study. */
  readonly error: unknown
}

const start: LiveStudy = { ...emptyStudyWatch, state: 'connecting', error: undefined }

/**
 * One study as its runs train. After a break the subscription goes on from its cursor, and rows replace rows, so that
 * nothing is lost or there twice.
 */
export function useStudy(id: string): LiveStudy {
  const [live, setLive] = useState<{ readonly id: string; readonly watch: LiveStudy }>({ id, watch: start })
  useEffect(() => {
    const update = (change: (watch: LiveStudy) => LiveStudy): void =>
      setLive((held) => ({ id, watch: change(held.id === id ? held.watch : start) }))
    const subscription = api.studies.watch.subscribe(
      { id },
      {
        onData: ({ data }) =>
          update((watch) => ({ ...applyStudyChange(watch, data), state: 'live', error: undefined })),
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
  return live.id === id ? live.watch : start
}
