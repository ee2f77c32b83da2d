import type { RunSummary } from '../../shared/api/runs.ts'
import { isActive } from '../../shared/run/state.ts'

type Ending = Pick<RunSummary, 'id' | 'status' | 'studyId'>

/**
 * Runs that trained in `before` and have come to an end in `now`. A stop is the user's own doing, and no news; nor is one of a
 * study's many runs, of which its page tells.
 */
export function endedSince<R extends Ending>(
  before: ReadonlyMap<string, Ending>,
  now: ReadonlyMap<string, R>,
): R[] {
  return [...now.values()].filter((run) => {
    const earlier = before.get(run.id)
    if (earlier === undefined || earlier === run || !isActive(earlier.status)) return false
    if (run.studyId !== null) return false
    return run.status === 'completed' || run.status === 'failed' || run.status === 'interrupted'
  })
}
