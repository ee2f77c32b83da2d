import { statfsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import { StoreError, type StoreFaultKind } from './faults.ts'

/** Bytes. With less free, what SQLite reports as a broken disk is a full one: it grows its files by pages of 32 KiB. */
const NO_ROOM = 1 << 20

/** What the operating system says of a file's place; the tests say it themselves. */
export interface Place {
  /** Bytes a program without privileges may still write; undefined where the system does not say. */
  readonly freeBytes: number | undefined
  /** Whether the file, or where there is none its folder, belongs to another user. */
  readonly isOthers: boolean
}

/**
 * Turns SQLite's own failures that a person can act on (damage, a full or read-only disk, a lock that another program
 * holds) into a sentence; everything else is a mistake of ours and stays as it is.
 */
export function explainSqlite(
  path: string,
  error: unknown,
  look: (path: string) => Place = placeOf,
): unknown {
  if (!(error instanceof Database.SqliteError)) return error
  const kind = kindOf(error.code, () => look(path))
  return kind === undefined
    ? error
    : new StoreError(kind, sentence(kind, path, error.message), { cause: error })
}

/**
 * SQLite says SQLITE_FULL only of the database itself. A -wal or -shm that cannot grow or be made is told as an error of
 * the disk (https://www.sqlite.org/rescode.html, SQLITE_IOERR_SHMSIZE), so that only the free space tells the two apart.
 */
function kindOf(code: string, look: () => Place): StoreFaultKind | undefined {
  const [primary] = code.replace('SQLITE_', '').split('_')
  const isFull = (): boolean => (look().freeBytes ?? Number.POSITIVE_INFINITY) < NO_ROOM
  switch (primary) {
    case 'CORRUPT':
    case 'NOTADB':
      return 'damaged'
    case 'FULL':
      return 'diskFull'
    case 'READONLY':
    case 'PERM':
      return look().isOthers ? 'notYours' : 'readOnly'
    case 'CANTOPEN':
      if (isFull()) return 'diskFull'
      return look().isOthers ? 'notYours' : 'readOnly'
    case 'BUSY':
    case 'LOCKED':
      return 'locked'
    case 'IOERR':
      return isFull() ? 'diskFull' : 'broken'
    default:
      return undefined
  }
}

/** @param words what SQLite or the operating system said */
export function sentence(kind: StoreFaultKind, path: string, words: string): string {
  switch (kind) {
    case 'diskFull':
      return `While writing ${path}: the disk is full; free some space and resume the run (what was stored before is safe, reading goes on, and deleting runs for good or removing data sets makes room).`
    case 'readOnly':
      return `While opening ${path}: the file and its folder must be writable (${words}); choose another place with --db or change the permissions.`
    case 'notYours':
      return `While opening ${path}: it belongs to another user of this machine (${words}); ask them for a copy, or choose another place with --db.`
    case 'locked':
      return `While using ${path}: another program has kept it locked for too long; close that program and try again.`
    case 'broken':
      return `While using ${path}: the disk reported an error (${words}); check the disk and copy the file to a safe place.`
    case 'damaged':
      return `While opening ${path}: the database is damaged (${words.replace(/\s+/g, ' ')}) and was left as it is; put back a copy of it, or save what can be read with "sqlite3 damaged.db .recover | sqlite3 rescued.db" and open that one.`
  }
}

/** @param finding what SQLite said about it */
export const damaged = (path: string, finding: string): StoreError =>
  new StoreError('damaged', sentence('damaged', path, finding))

export function placeOf(path: string): Place {
  return { freeBytes: freeBytes(path), isOthers: isOthers(path) }
}

/** Bytes that may still be written beside the file; undefined where the system does not say. */
export function freeBytes(path: string): number | undefined {
  try {
    const { bavail, bsize } = statfsSync(dirname(path))
    return bavail * bsize
  } catch {
    return undefined
  }
}

function isOthers(path: string): boolean {
  const me = process.getuid?.()
  if (me === undefined || me === 0) return false
  for (const place of [path, dirname(path)]) {
    const owner = statSync(place, { throwIfNoEntry: false })?.uid
    if (owner !== undefined) return owner !== me
  }
  return false
}
