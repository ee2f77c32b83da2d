import { UserError } from '../../shared/errors.ts'
import type { Store } from '../store/types.ts'

/** Milliseconds between two looks. */
const lookEvery = 500

/** Tells of runs that another program of the lab has queued for elsewhere, moved or withdrawn. @returns ends it */
export function watchQueue({ read, workers }: Pick<Store, 'read' | 'workers'>, tell: () => void): () => void {
  let seen = { version: -1, stamp: '' }
  const look = (): void => {
    try {
      const version = read.version()
      if (version === seen.version) return
      const stamp = workers.offerableStamp()
      const isNews = stamp !== seen.stamp
      seen = { version, stamp }
      if (isNews) tell()
    } catch (error) {
      // The database is busy for a moment: the next look tells.
      if (!(error instanceof UserError)) throw error
    }
  }
  const timer = setInterval(look, lookEvery).unref()
  return () => clearInterval(timer)
}
