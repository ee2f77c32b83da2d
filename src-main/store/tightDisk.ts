import { statSync } from 'node:fs'
import { z } from 'zod'
import type { Db } from './database.ts'
import { reserveBytes, withReserve } from './reserve.ts'
import { freeBytes } from './sqliteErrors.ts'

/*
 * How room is made on a disk that is nearly full. What is written stands in the log (-wal) first, and the file grows only
 * when the log is written into it. So a log whose pages lie beyond the end of the file can neither be written into it nor be
 * cut, and every deletion makes it longer. It goes in this order: keep the log short while the disk fills, delete within
 * the reserve, move pages to the front until the log fits into the file, then cut it.
 */

/** Bytes of free space: the log may grow to as many otherwise. */
const LITTLE_ROOM = 64 << 20

/** Pages in the log after which it is written into the file: SQLite's own number, and the one for little room. */
const CHECKPOINT_PAGES = 1000
const CHECKPOINT_PAGES_TIGHT = 64

/** Milliseconds for which the emptying of the log waits for readers. */
const LOG_WAIT = 50

const count = z.int()

export const hasLittleRoom = (db: Db): boolean => (freeBytes(db.path) ?? LITTLE_ROOM) < LITTLE_ROOM

/** Milliseconds between two looks at the free space. */
const LOOK = 1000

/** Keeps the log short while there is little room. */
export interface LogKeeper {
  /** Before a batch of events is stored. */
  look(): void
  /** The log as SQLite keeps it by itself, until the next look. */
  reset(): void
}

export function createLogKeeper(db: Db): LogKeeper {
  let lookedAt = Number.NEGATIVE_INFINITY
  const set = (pages: number): void => void db.pragma(`wal_autocheckpoint = ${pages}`)
  return {
    look() {
      if (performance.now() - lookedAt < LOOK) return
      lookedAt = performance.now()
      set(hasLittleRoom(db) ? CHECKPOINT_PAGES_TIGHT : CHECKPOINT_PAGES)
    },
    reset: () => set(CHECKPOINT_PAGES),
  }
}

/** Writes the log into the file and cuts it, unless the file has no room to grow, or others read the log just now. */
export function emptyLog(db: Db): void {
  const { beyond, size } = pagesOf(db)
  if (beyond * size > room(db)) return
  const patience = count.parse(db.pragma('busy_timeout'))
  db.pragma(`busy_timeout = ${LOG_WAIT}`)
  try {
    withReserve(db.path, () => db.pragma('wal_checkpoint(TRUNCATE)'))
  } finally {
    db.pragma(`busy_timeout = ${patience}`)
  }
}

/** Whether moving pages to the front leads to a log that fits into the file, before the reserve is used up. */
export function canShrink(db: Db): boolean {
  const { all, free, beyond, size } = pagesOf(db)
  if (beyond === 0) return true
  const used = all - free
  const moved = Math.min(beyond, used)
  return used <= all - beyond && moved * size * 1.1 <= room(db)
}

/** Bytes that may be written before nothing is left. */
const room = (db: Db): number => reserveBytes(db.path) + (freeBytes(db.path) ?? 0)

interface Pages {
  readonly all: number
  readonly free: number
  /** Those that are only in the log, beyond the end of the file. */
  readonly beyond: number
  /** Bytes of one. */
  readonly size: number
}

export function pagesOf(db: Db): Pages {
  const [all, free, size] = ['page_count', 'freelist_count', 'page_size'].map((name) =>
    count.parse(db.pragma(name)),
  )
  if (all === undefined || free === undefined || size === undefined)
    throw new Error('The sizes of the database did not come.')
  return { all, free, size, beyond: Math.max(0, all - Math.floor(statSync(db.path).size / size)) }
}
