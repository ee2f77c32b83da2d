import { useEffect, useRef } from 'react'
import type { RunSummary } from '../../shared/api/runs.ts'
import { notifyRunEnded } from '../components/notify.ts'
import { useRuns } from '../hooks/useRuns.ts'
import { endedSince } from './endedRuns.ts'

/** Tells, wherever one is, that a run has finished or failed. */
export function useRunNews(): void {
  const { byId, state } = useRuns()
  const known = useRef<ReadonlyMap<string, RunSummary>>(undefined)
  useEffect(() => {
    if (state !== 'live') return
    for (const run of endedSince(known.current ?? byId, byId)) notifyRunEnded(run)
    known.current = byId
  }, [byId, state])
}
