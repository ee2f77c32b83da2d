import { UserError } from '../../shared/errors.ts'
import { isActive, type RunStatus } from '../../shared/run/state.ts'
import { StoreError } from '../store/faults.ts'
import type { Store } from '../store/types.ts'

/** An attempt that has ended, or never began, without its trainer saying so. */
export interface Interruption {
  readonly runId: string
  readonly attempt: number
  readonly reason: string
  /** What the run then is. */
  readonly status: 'interrupted' | 'failed' | 'stopped'
}

/** What an interruption changes of a run, whether it is a record or a summary. */
interface Interruptible {
  readonly id: string
  readonly attempt: number
  readonly status: RunStatus
  readonly reason: string | null
  readonly endedAt: number | null
}

/**
 * Marks runs as interrupted, failed or stopped. The database may refuse that now, perhaps for the very reason of the end: a
 * full disk. Then it is told from memory at once, and stored as soon as the database takes it.
 */
export interface Interruptions {
  put(interruption: Interruption): void
  /** The run as it is, also where the database does not know yet that it has ended. */
  asKnown<R extends Interruptible>(run: R): R
  /** Those that the database does not know yet. */
  unstored(): readonly Interruption[]
  /** Calls back whenever there are others. @returns ends it */
  listen(onChange: () => void): () => void
  /** Tries a last time to store them. */
  close(): void
}

/** Milliseconds between two tries to store what a busy or full database refused. */
const RETRY = 1000

export function createInterruptions(store: Store, now: () => number = Date.now): Interruptions {
  const waiting = new Map<Interruption, { readonly since: number }>()
  const listeners = new Set<() => void>()
  let timer: NodeJS.Timeout | undefined

  const storeAll = (): void => {
    for (const interruption of [...waiting.keys()]) {
      try {
        put(store, interruption)
      } catch (error) {
        // What refused it may pass.
        if (error instanceof StoreError) continue
        // Any other refusal stays: the run is gone, or another host's to mark.
        waiting.delete(interruption)
        tell()
        if (error instanceof UserError) continue
        throw error
      }
      waiting.delete(interruption)
      tell()
    }
    if (waiting.size > 0) timer ??= setInterval(storeAll, RETRY).unref()
    else stop()
  }
  const stop = (): void => {
    clearInterval(timer)
    timer = undefined
  }
  const tell = (): void => {
    for (const listener of listeners) listener()
  }

  return {
    put(interruption) {
      waiting.set(interruption, { since: now() })
      storeAll()
      if (waiting.has(interruption)) tell()
    },
    asKnown(run) {
      for (const [{ runId, attempt, status, reason }, { since }] of waiting) {
        if (runId === run.id && attempt === run.attempt && isActive(run.status))
          return { ...run, status, reason, endedAt: since }
      }
      return run
    },
    unstored: () => [...waiting.keys()],
    listen(onChange) {
      listeners.add(onChange)
      return () => void listeners.delete(onChange)
    },
    close() {
      storeAll()
      stop()
    },
  }
}

/** Another host may have taken the run over: then it is not this host's to mark. */
function put(store: Store, { runId, attempt, reason, status }: Interruption): void {
  const run = store.read.run(runId)
  if (run.attempt === attempt && isActive(run.status)) store.write.setStatus(runId, status, reason)
}
