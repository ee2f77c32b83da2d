import { setImmediate } from 'node:timers/promises'
import { cancelled } from '../process/noAnswer.ts'

/** Measures one thing at a time: two processes that measure would slow each other down. */
export interface Measuring<T> {
  /**
   * Joins the work of this key if it waits or is under way; otherwise queues it after all other work. Work is cancelled when
   * all who joined it have aborted their signals. @throws NoAnswer when `signal` is aborted
   */
  join(key: string, work: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T>
  /** Whether work waits or is under way. @param otherThan a key whose work does not count */
  isUnderWay(otherThan?: string): boolean
  /** Resolves when no work waits or is under way. @throws NoAnswer when `signal` is aborted */
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
      // Those who waited for this result go on first: a trainer that they start must be seen by the next work.
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
          // The next one who joins begins it anew.
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

/** @throws NoAnswer when `signal` is aborted before the work is done */
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
