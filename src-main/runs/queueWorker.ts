import type { RunRecord, Store } from '../store/types.ts'

/** Milliseconds between two looks: another process may queue a run, or end the one that is waited for. */
const lookEvery = 1000

/** Starts queued runs, one after another, while this host is open. */
export interface QueueWorker {
  /** From now on: all of them, or those of one study alone. */
  open(studyId?: string): void
  /** Something was queued, or has ended. */
  poke(): void
  close(): void
}

/**
 * @param begin starts a run that this host has claimed; it never rejects
 * @param prepare is done before each look: it may queue runs
 */
export function createQueueWorker(
  store: Store,
  begin: (run: RunRecord) => Promise<void>,
  prepare: () => Promise<void>,
): QueueWorker {
  let timer: NodeJS.Timeout | undefined
  let only: string | undefined
  let isBusy = false
  /** While one look goes on: what it came too early for is looked at by the next. */
  let isAskedAgain = false
  const look = async (): Promise<void> => {
    if (timer === undefined || isBusy) return
    isBusy = true
    isAskedAgain = false
    try {
      await prepare()
      // As many as there are slots for. Who closed the queue meanwhile wants no more of them.
      while (timer !== undefined) {
        const next = store.write.claimQueuedRun(only)
        if (next === undefined) break
        await begin(next)
      }
    } catch {
      // The database is busy or full for a moment: the next look tells.
    } finally {
      isBusy = false
    }
    if (isAskedAgain) await look()
  }
  const poke = (): void => {
    isAskedAgain = isBusy
    void look()
  }
  return {
    open(studyId) {
      only = studyId
      timer ??= setInterval(() => void look(), lookEvery).unref()
      void look()
    },
    poke,
    close() {
      clearInterval(timer)
      timer = undefined
    },
  }
}
