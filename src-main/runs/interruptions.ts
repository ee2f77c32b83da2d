import { UserError } from '../../shared/errors.ts'
import { isActive } from '../../shared/run/state.ts'
import type { Store } from '../store/types.ts'

/** An attempt that has ended, or never began, without its trainer saying so. */
export interface Interruption {
  readonly runId: string
  readonly attempt: number
  readonly reason: string
  /** What the run then is. */
  readonly status: 'interrupted' | 'failed' | 'stopped'
}

/** Milliseconds between two tries to store what a busy or full database refused. */
const RETRY = 1000

/**
 * Marks runs as interrupted, failed or stopped, unless somebody else has taken them over. Where the database cannot take that now, which
 * may be the very reason of the end, it is tried again until it can: the run does not stay marked as running.
 */
export function createInterruptions(store: Store) {
  const waiting = new Set<Interruption>()
  let timer: NodeJS.Timeout | undefined
  const storeAll = (): void => {
    const refused: Interruption[] = []
    for (const interruption of waiting) {
      waiting.delete(interruption)
      try {
        put(store, interruption)
      } catch (error) {
        if (!(error instanceof UserError)) throw error
        refused.push(interruption)
      }
    }
    for (const interruption of refused) waiting.add(interruption)
    if (waiting.size > 0) timer ??= setInterval(storeAll, RETRY).unref()
    else stop()
  }
  const stop = (): void => {
    clearInterval(timer)
    timer = undefined
  }
  return {
    put(interruption: Interruption): void {
      waiting.add(interruption)
      storeAll()
    },
    /** Tries a last time. */
    close(): void {
      storeAll()
      stop()
    },
  }
}

function put(store: Store, { runId, attempt, reason, status }: Interruption): void {
  const run = store.read.run(runId)
  if (run.attempt === attempt && isActive(run.status)) store.write.setStatus(runId, status, reason)
}
