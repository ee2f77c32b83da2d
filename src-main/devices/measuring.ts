import { NoAnswer } from '../askProcess.ts'

/** Work of which one is under way at a time: two that measure would slow each other down. */
export interface Measuring<T> {
  /**
   * Joins the work of this key that waits or is under way, or begins it after all others. It is given up when everybody who
   * wanted it has lost interest. @throws NoAnswer when `signal` says so
   */
  join(key: string, work: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T>
}

interface Wanted<T> {
  readonly result: Promise<T>
  readonly end: AbortController
  waiting: number
}

const cancelled = () => new NoAnswer('cancelled', 'it was cancelled')

export function createMeasuring<T>(): Measuring<T> {
  const wanted = new Map<string, Wanted<T>>()
  let last: Promise<unknown> = Promise.resolve()

  const begin = (key: string, work: (signal: AbortSignal) => Promise<T>): Wanted<T> => {
    const end = new AbortController()
    const result = last.then(() => {
      if (end.signal.aborted) throw cancelled()
      return work(end.signal)
    })
    const entry = { result, end, waiting: 0 }
    const over = (): void => {
      if (wanted.get(key) === entry) wanted.delete(key)
    }
    last = result.then(over, over)
    wanted.set(key, entry)
    return entry
  }

  return {
    async join(key, work, signal) {
      if (signal.aborted) throw cancelled()
      const entry = wanted.get(key) ?? begin(key, work)
      entry.waiting++
      const { promise: gone, reject } = Promise.withResolvers<never>()
      const leave = (): void => reject(cancelled())
      signal.addEventListener('abort', leave, { once: true })
      try {
        return await Promise.race([entry.result, gone])
      } finally {
        signal.removeEventListener('abort', leave)
        entry.waiting--
        if (entry.waiting === 0) {
          // Whoever wants it from now on begins anew.
          if (wanted.get(key) === entry) wanted.delete(key)
          entry.end.abort()
        }
      }
    },
  }
}
