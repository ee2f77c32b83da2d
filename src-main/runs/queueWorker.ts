import type { RunRecord, Store } from '../store/types.ts'

/** Milliseconds between two looks: another process may queue a run, or end the one that is waited for. */
const lookEvery = 1000

/** Starts queued runs, one after another, while this host is open. */
export interface QueueWorker {
  /** From now on. */
  open(): void
  /** Something was queued, or has ended. */
  poke(): void
  close(): void
}

/** @param begin starts a run that this host has claimed; it never rejects */
export function createQueueWorker(store: Store, begin: (run: RunRecord) => Promise<void>): QueueWorker {
  let timer: NodeJS.Timeout | undefined
  let isBusy = false
  const look = async (): Promise<void> => {
    if (timer === undefined || isBusy) return
    isBusy = true
    try {
      const next = store.write.claimQueuedRun()
      if (next !== undefined) await begin(next)
    } catch {
      // The database is busy or full for a moment: the next look tells.
    } finally {
      isBusy = false
    }
  }
  return {
    open() {
      timer ??= setInterval(() => void look(), lookEvery).unref()
      void look()
    },
    poke: () => void look(),
    close() {
      clearInterval(timer)
      timer = undefined
    },
  }
}
