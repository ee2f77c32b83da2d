import { UserError } from '../../shared/errors.ts'
import type { FollowedRecord, Store } from '../store/types.ts'
import { createFollowedFolder, type FollowedReading } from './followedFolder.ts'

/** Milliseconds between two looks, at least. */
const LOOK = 1000
/** Looking, without reading, may take this share of the time: what has thousands of folders is looked at less often. */
const SHARE = 1 / 200
/** Milliseconds between two looks, at most: one look may have been slow for other reasons. */
const LONGEST = 10_000
/** Milliseconds between two signs of life, for programs of other machines. */
const BEAT = 3000

/** Reads followed folders while this host is open. */
export interface Follower {
  /** Reads it to its end now, and from now on what comes. @throws UserError where another living program follows it */
  begin(folder: Pick<FollowedRecord, 'path' | 'name' | 'tagRoles'>): Promise<void>
  /** From now on, all that are followed and that nobody reads: also when their reader has died. */
  takeUpAll(): void
  /** Looks now. */
  poke(): Promise<void>
  /** Leaves them to the next host. */
  close(): Promise<void>
}

/** @param every milliseconds between two looks, at least */
export function createFollower(store: Store, every: number = LOOK): Follower {
  const own = new Map<string, FollowedReading>()
  let takesAll = false
  let isClosed = false
  let timer: NodeJS.Timeout | undefined
  let lastBeat = 0
  /** Milliseconds that the last look at all folders took. */
  let lookTook = 0
  let looking: Promise<void> | undefined

  const takeUp = (): void => {
    const followed = store.read.followed()
    for (const [path, reading] of own) {
      const row = followed.find((each) => each.path === path)
      if (row?.hostId === store.hostId) continue
      own.delete(path)
      reading.leave()
      // A user has ended it in whichever door; its runs are this host's to end.
      if (row === undefined) store.write.unfollow(path)
    }
    for (const row of followed) {
      if (own.has(row.path)) continue
      const isOurs = row.hostId === store.hostId
      if (!isOurs && (row.isRead || !takesAll || !store.write.takeUpFollowed(row.path))) continue
      own.set(row.path, createFollowedFolder(store, row))
    }
  }
  const lookOnce = async (): Promise<void> => {
    takeUp()
    if (own.size > 0 && Date.now() - lastBeat >= BEAT) {
      store.write.heartbeat()
      lastBeat = Date.now()
    }
    lookTook = 0
    for (const reading of own.values()) if (!isClosed) lookTook += await reading.look()
  }
  const look = (): Promise<void> => {
    looking ??= lookOnce()
      .catch((error: unknown) => {
        // The database is busy or full for a moment: the next look tells.
        if (!(error instanceof UserError)) throw error
      })
      .finally(() => {
        looking = undefined
      })
    return looking
  }
  const tick = async (): Promise<void> => {
    await look()
    if (isClosed) return
    const pause = Math.max(every, Math.min(LONGEST, lookTook / SHARE))
    timer = setTimeout(() => void tick(), pause).unref()
  }
  const start = (): void => {
    if (timer !== undefined) return
    timer = setTimeout(() => void tick(), 0).unref()
  }

  return {
    async begin(folder) {
      store.write.follow(folder)
      await looking
      await look()
      start()
    },
    takeUpAll() {
      takesAll = true
      start()
    },
    async poke() {
      await looking
      await look()
    },
    async close() {
      isClosed = true
      clearTimeout(timer)
      await looking
      for (const reading of own.values()) reading.leave()
    },
  }
}
