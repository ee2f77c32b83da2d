import type { Store } from '../store/types.ts'
import type { ActiveRun } from './activeRun.ts'

/** Milliseconds between two looks for commands that other doors left in the database, and between two signs of life. */
const requestsEvery = 250
const heartbeatEvery = 1000

/**
 * The runs that this host owns. In the database they carry its id, so that no other host takes them; while there are any,
 * it says every second that it lives, and hands on the commands that other doors have left for them. Who watches a run's
 * trainer, and how that is reached, is the business of activeRun.ts and of its link.
 */
export interface Ownership {
  /** From now on until it has ended. @returns its end, after which it is not owned any more */
  take(run: ActiveRun): ActiveRun['finished']
  find(runId: string): ActiveRun | undefined
  all(): ActiveRun[]
}

/** @param onReleased called when a run has ended: the machine may be free for another one */
export function createOwnership(store: Store, onReleased: () => void): Ownership {
  const owned = new Map<string, ActiveRun>()
  let timers: NodeJS.Timeout[] = []
  /** The version of the lab at the last look. */
  let seen = -1

  const handOnCommands = (): void => {
    const version = store.read.version()
    if (version === seen) return
    seen = version
    for (const run of owned.values()) {
      for (const { requestId, command } of store.write.takeRequests(run.runId))
        run.ask({ ...command, requestId })
    }
  }
  // A database that is busy or full for a moment must not end the host: the next tick tries again, and events that cannot
  // be stored end their run with a reason.
  const tolerantly = (work: () => void) => (): void => {
    try {
      work()
    } catch {
      seen = -1
    }
  }
  const beat = tolerantly(() => store.write.heartbeat())
  const begin = (): void => {
    if (timers.length > 0) return
    beat()
    timers = [setInterval(beat, heartbeatEvery), setInterval(tolerantly(handOnCommands), requestsEvery)]
  }
  const rest = (): void => {
    if (owned.size > 0) return
    for (const timer of timers) clearInterval(timer)
    timers = []
  }

  return {
    take(run) {
      owned.set(run.runId, run)
      begin()
      return run.finished.finally(() => {
        // Resumed as soon as it had ended, the run may have its next trainer before the process of this one is gone.
        if (owned.get(run.runId) === run) owned.delete(run.runId)
        rest()
        onReleased()
      })
    },
    find: (runId) => owned.get(runId),
    all: () => [...owned.values()],
  }
}
