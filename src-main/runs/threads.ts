import { availableParallelism } from 'node:os'
import type { ProcessorUse } from '../store/types.ts'

/**
 * Threads of the processor that a run gets which is to share it: as equal as can be, and never more together than there
 * are. The first of n runs gets the larger share. A run that starts beside k others gets that of place k, and shares only
 * shrink with the place, so that those of runs that overlap never add up to more than the whole.
 * @returns undefined where it has the processor to itself: then it takes all
 */
export function threadsFor({ slots, others }: ProcessorUse, all = allThreads()): number | undefined {
  if (slots === 1) return undefined
  const equal = Math.floor(all / slots)
  return Math.max(1, others < all % slots ? equal + 1 : equal)
}

/** Those that the user allows, or the machine has. */
function allThreads(): number {
  const wanted = Number(process.env.ANNEAL_THREADS)
  return Number.isSafeInteger(wanted) && wanted > 0 ? wanted : availableParallelism()
}
