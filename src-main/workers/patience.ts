import { UserError } from '../../shared/errors.ts'
import type { DeskContext } from './deskContext.ts'
import { endAttempt } from './failedAttempt.ts'

/** Milliseconds: a pause in our own ticking that long means that the machine slept, or the program was held up. */
const slept = 5_000
/** Milliseconds between two signs of life of a host that answers for runs. */
const beatEvery = 1_000

/**
 * Waits for workers that have fallen silent: their runs say since when, and once patience is over they go back into the
 * queue. Silence counts from when this host began to listen, or woke up: before, nobody could have been heard.
 */
export interface Patience {
  /** Takes up the runs that train on workers, and counts from now on. */
  begin(): void
  /** Leaves them to the next host. */
  end(): void
}

export function createPatience(context: DeskContext): Patience {
  const { store, timings, now } = context
  let timers: NodeJS.Timeout[] = []
  let countsFrom = now()
  let lastTick = countsFrom

  const tick = (): void => {
    const time = now()
    const hasSlept = time - lastTick > slept
    // A clock that was set back, too: nothing can have been heard at a time that is still to come.
    if (hasSlept || time < lastTick) countsFrom = time
    lastTick = time
    // Another program may have taken a host that slept for dead.
    if (hasSlept) store.workers.adopt()
    const { outOfTouch, patience } = timings()
    const all = store.workers.placed()
    const ahead = all.filter(({ contactAt }) => (contactAt ?? 0) > time)
    store.workers.touch(ahead, time)
    if (time - countsFrom > outOfTouch) store.workers.noteSilent(time - outOfTouch)
    if (time - countsFrom <= patience) return
    for (const placed of ahead.length > 0 ? store.workers.placed() : all) {
      const since = Math.max(placed.contactAt ?? 0, countsFrom)
      if (time - since <= patience) continue
      const name = (placed.workerId && store.workers.find(placed.workerId)?.name) ?? 'its worker'
      const reason = `Worker ${name} has been out of touch since ${inWords(placed.contactAt ?? since)}.`
      endAttempt(context, placed, { reason, isFailure: false })
    }
  }
  const beat = (): void => {
    if (store.workers.placed().length > 0) store.write.heartbeat()
  }
  return {
    begin() {
      if (timers.length > 0) return
      countsFrom = now()
      lastTick = countsFrom
      tolerantly(() => store.workers.adopt())
      const every = Math.min(1_000, timings().outOfTouch / 5)
      timers = [
        setInterval(() => tolerantly(tick), every).unref(),
        setInterval(() => tolerantly(beat), beatEvery).unref(),
      ]
    },
    end() {
      if (timers.length === 0) return
      for (const timer of timers) clearInterval(timer)
      timers = []
      tolerantly(() => store.workers.release())
    },
  }
}

/** A database that is busy or full for a moment, or a run that another program deletes, must not end the host: the next tick tells. */
function tolerantly(work: () => void): void {
  try {
    work()
  } catch (error) {
    if (!(error instanceof UserError)) throw error
  }
}

const inWords = (time: number): string => `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`
