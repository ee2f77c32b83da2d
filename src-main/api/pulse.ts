import { createHash } from 'node:crypto'
import type { Cancellation, Update } from '../../shared/api/services.ts'
import type { Core } from '../core.ts'

/** How soon what another process has stored is seen, and the least time between two updates of a subscription, in ms. */
const beat = 250

/** Tells subscriptions that something was stored, or that the lab's health changed: one look for all of them. */
export interface Pulse {
  /** Names the database: a cursor of another one means nothing here. */
  readonly lab: string
  /** Calls back after every change until the returned function is called. */
  listen(onChange: () => void): () => void
  /** This host has changed something just now. */
  poke(): void
}

export function createPulse({ store, runs }: Core): Pulse {
  const listeners = new Set<() => void>()
  let seen = -1
  let stop: (() => void) | undefined

  const tell = (): void => {
    for (const listener of listeners) listener()
  }
  const look = (): void => {
    // A fault that is over by itself is only seen by looking; its listeners are told from within.
    store.health()
    let version: number
    try {
      version = store.read.version()
    } catch {
      // Busy for a moment: the next look tells.
      return
    }
    if (version === seen) return
    seen = version
    tell()
  }
  const start = (): void => {
    seen = store.read.version()
    const timer = setInterval(look, beat)
    const unsubscribe = runs.subscribe(look)
    // The database knows nothing of these: its version stays.
    const unlisten = [runs.ends.listen(tell), store.onHealth(tell), store.read.onDamage(tell)]
    stop = () => {
      clearInterval(timer)
      unsubscribe()
      for (const end of unlisten) end()
    }
  }

  return {
    lab: createHash('sha256').update(store.path).digest('hex').slice(0, 8),
    listen(onChange) {
      if (listeners.size === 0) start()
      listeners.add(onChange)
      return () => {
        listeners.delete(onChange)
        if (listeners.size > 0) return
        stop?.()
        stop = undefined
      }
    },
    poke() {
      if (listeners.size > 0) look()
    },
  }
}

/**
 * A subscription: what `read` finds after the cursor now, then again whenever something has changed, at most one update a
 * beat. Ends with the signal.
 * @param read undefined when nothing of it has changed; a first update is asked for with `isFirst`
 */
export async function* follow<T>(
  pulse: Pulse,
  signal: Cancellation | undefined,
  cursor: string | undefined,
  read: (cursor: string | undefined, isFirst: boolean) => Update<T> | undefined,
): AsyncGenerator<Update<T>, void, undefined> {
  const changes = createFlag()
  const stop = pulse.listen(changes.raise)
  signal?.addEventListener('abort', changes.raise, { once: true })
  const aborted = createFlag()
  signal?.addEventListener('abort', aborted.raise, { once: true })
  try {
    let at = cursor?.startsWith(`${pulse.lab}.`) ? cursor.slice(pulse.lab.length + 1) : undefined
    for (let isFirst = true; signal?.aborted !== true; isFirst = false) {
      changes.lower()
      const update = read(at, isFirst)
      if (update !== undefined) {
        at = update.cursor
        yield { ...update, cursor: `${pulse.lab}.${update.cursor}` }
        await aborted.raisedWithin(beat)
      }
      await changes.raised()
    }
  } finally {
    stop()
    signal?.removeEventListener('abort', changes.raise)
    signal?.removeEventListener('abort', aborted.raise)
  }
}

/** Something that is up or down, and can be waited for. */
function createFlag() {
  let isUp = false
  let wake: (() => void) | undefined
  return {
    raise(): void {
      isUp = true
      wake?.()
    },
    lower(): void {
      isUp = false
    },
    async raised(): Promise<void> {
      if (isUp) return
      await new Promise<void>((resolve) => {
        wake = resolve
      })
      wake = undefined
    },
    async raisedWithin(milliseconds: number): Promise<void> {
      if (isUp) return
      let timer: NodeJS.Timeout | undefined
      await new Promise<void>((resolve) => {
        wake = resolve
        timer = setTimeout(resolve, milliseconds)
      })
      clearTimeout(timer)
      wake = undefined
    },
  }
}
