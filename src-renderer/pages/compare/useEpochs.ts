import { useEffect, useMemo, useState } from 'react'
import type { EpochInfo } from '../../../shared/api/runs.ts'
import { api } from '../../client.ts'
import { applyChange, emptyWatch, type RunWatch } from '../../hooks/runWatch.ts'

export type EpochsOf = (runId: string) => readonly EpochInfo[]

const none: readonly EpochInfo[] = []

/** The epochs of several runs, live. A run keeps its subscription while it is among them. */
export function useEpochs(ids: readonly string[]): EpochsOf {
  const [watches, setWatches] = useState<ReadonlyMap<string, RunWatch>>(new Map())
  const key = ids.join(' ')
  useEffect(() => {
    const subscriptions = (key === '' ? [] : key.split(' ')).map((id) =>
      api.runs.watch.subscribe(
        { id },
        {
          onData: ({ data }) =>
            setWatches((before) => new Map(before).set(id, applyChange(before.get(id) ?? emptyWatch, data))),
        },
      ),
    )
    return () => {
      for (const subscription of subscriptions) subscription.unsubscribe()
    }
  }, [key])
  return useMemo(() => (id: string) => watches.get(id)?.epochs ?? none, [watches])
}
