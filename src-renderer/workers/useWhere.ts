import type { RunSummary } from '../../shared/api/runs.ts'
import { isActive } from '../../shared/run/state.ts'
import { useNow } from '../hooks/useNow.ts'
import { useRuns } from '../hooks/useRuns.ts'
import { useWorkers } from '../hooks/useWorkers.ts'
import { heardWords, type PlaceWords, placeWords } from './placeWords.ts'

/** Where a run trains that does not train here; undefined for one that does. */
export function useWhere(run: RunSummary): PlaceWords | undefined {
  const { runs } = useRuns()
  const { info } = useWorkers(run.place !== null)
  return placeWords(run, { runs, workers: info?.workers ?? [], now: Date.now() })
}

/** "last heard 40 s ago" of a run whose worker is quiet; undefined otherwise. */
export function useHeard(run: RunSummary): string | undefined {
  const isElsewhere = run.place !== null && isActive(run.status)
  const { info } = useWorkers(isElsewhere)
  const now = useNow(isElsewhere ? 1_000 : 60_000)
  const worker = info?.workers.find(({ id }) => id === run.place?.worker?.id)
  return heardWords(run, worker?.seenAt ?? null, now)
}
