import { useEffect, useRef } from 'react'
import type { RunSummary } from '../../shared/api/runs.ts'
import { isTraining } from '../../shared/run/kind.ts'
import { notifyRunEnded } from '../components/notify.ts'
import { useRuns } from '../hooks/useRuns.ts'
import { endedSince } from './endedRuns.ts'

/** The plot of a range test that went to its end says so itself, where it is open. */
const isSeen = (run: RunSummary): boolean =>
  !isTraining(run) && run.status === 'completed' && window.location.href.includes(run.id)

/** Tells, wherever one is, that a run has finished or failed. */
export function useRunNews(): void {
  const { byId, state } = useRuns()
  const known = useRef<ReadonlyMap<string, RunSummary>>(undefined)
  useEffect(() => {
    if (state !== 'live') return
    for (const run of endedSince(known.current ?? byId, byId)) if (!isSeen(run)) notifyRunEnded(run)
    known.current = byId
  }, [byId, state])
}
