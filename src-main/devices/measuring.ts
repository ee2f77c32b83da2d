import { setImmediate } from 'node:timers/promises'
import { cancelled } from '../process/noAnswer.ts'

/** Work of which one is under way at a time: two that measure would slow each other down. */
export interface Measuring<T> {
  /**
   * Joins the work of this key that waits or is under way, or begins it after all others. It is given up when everybody who
   * wanted it has lost interest. @throws NoAnswer when `signal` says so
   */
  join(key: string, work: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T>
  /** Whether anything waits or is under way, other than of this key. */
  isUnderWay(otherThan?: string): boolean
  /** Resolves when nothing is. @throws NoAnswer when `signal` says so */
  idle(signal: AbortSignal): Promise<void>
}

interface Wanted<T> {
  readonly result: Promise<T>
  readonly end: AbortController
  waiting: number
}

export function createMeasuring<T>(): Measuring<T> {
  const wanted = new Map<string, Wanted<T>>()
  const pending = new Set<Wanted<T>>()
  let last: Promise<unknown> = Promise.resolve()

  const begin = (key: string, work: (signal: AbortSignal) => Promise<T>): Wanted<T> => {
    const end = new AbortController()
    const result = last.then(() => {
      if (end.signal.aborted) throw cancelled()
      return work(end.signal)
    })
    const entry = { result, end, waiting: 0 }
    const over = async (): Promise<void> => {
      if (wanted.get(key) === entry) wanted.delete(key)
      // Whoever waited for it goes on first: the next one must see the trainer that it starts.
      await setImmediate()
      pending.delete(entry)
    }
    last = result.then(over, over)
    wanted.set(key, entry)
    pending.add(entry)
    return entry
  }

  return {
    async join(key, work, signal) {
      if (signal.aborted) throw cancelled()
      const entry = wanted.get(key) ?? begin(key, work)
      entry.waiting++
      try {
        return await unless(signal, entry.result)
      } finally {
        entry.waiting--
        if (entry.waiting === 0) {
          // Whoever wants it from now on begins anew.
          if (wanted.get(key) === entry) wanted.delete(key)
          entry.end.abort()
        }
      }
    },
    isUnderWay(otherThan) {
      const own = otherThan === undefined ? undefined : wanted.get(otherThan)
      return [...pending].some((each) => each !== own)
    },
    async idle(signal) {
      while (pending.size > 0) await unless(signal, last)
    },
  }
}

/** @throws NoAnswer when `signal` says so first */
async function unless<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  if (signal.aborted) throw cancelled()
  const { promise: gone, reject } = Promise.withResolvers<never>()
  const leave = (): void => reject(cancelled())
  signal.addEventListener('abort', leave, { once: true })
  try {
    return await Promise.race([work, gone])
  } finally {
    signal.removeEventListener('abort', leave)
  }
}
