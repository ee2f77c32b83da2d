import { UserError } from '../../shared/errors.ts'
import type { Store } from '../store/types.ts'

/** Milliseconds between two looks. */
const lookEvery = 250

/** Wakes those who wait when anything in the lab has changed, by whatever program: one look for all of them. */
export interface LabWatch {
  /** Resolves at the next change, at the latest after so many milliseconds, and when the signal is aborted. */
  changed(milliseconds: number, signal: AbortSignal): Promise<void>
  /** Something changed that the database does not tell. */
  wake(): void
  isClosed(): boolean
  close(): void
}

export function createLabWatch(read: Pick<Store['read'], 'version'>): LabWatch {
  const waiting = new Set<() => void>()
  let timer: NodeJS.Timeout | undefined
  let seen = -1
  let isClosed = false
  const wake = (): void => {
    for (const resolve of [...waiting]) resolve()
  }
  const look = (): void => {
    const version = versionOf()
    if (version === seen) return
    seen = version
    wake()
  }
  /** What cannot be read now is no change: who waits is answered in time all the same. */
  const versionOf = (): number => {
    try {
      return read.version()
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      return seen
    }
  }
  const rest = (): void => {
    if (waiting.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
  return {
    changed(milliseconds, signal) {
      if (signal.aborted || isClosed) return Promise.resolve()
      if (timer === undefined) {
        seen = versionOf()
        timer = setInterval(look, lookEvery)
      }
      return new Promise((resolve) => {
        const done = (): void => {
          waiting.delete(done)
          clearTimeout(late)
          signal.removeEventListener('abort', done)
          rest()
          resolve()
        }
        const late = setTimeout(done, milliseconds)
        signal.addEventListener('abort', done, { once: true })
        waiting.add(done)
      })
    },
    wake,
    isClosed: () => isClosed,
    close() {
      isClosed = true
      wake()
    },
  }
}
