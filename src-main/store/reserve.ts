import { randomFillSync } from 'node:crypto'
import { closeSync, openSync, rmSync, statSync, truncateSync, writeSync } from 'node:fs'
import { StoreError } from './faults.ts'
import { freeBytes } from './sqliteErrors.ts'

/*
 * On a full disk SQLite can neither be opened (its -shm file needs 32 KiB) nor delete anything (that is logged before it is
 * done). A file beside the database keeps so much room back: it is cut as far as a start, the end of a run or a deletion
 * needs it, and filled again when there is space.
 */

/** Bytes. The log of a deletion that works in small pieces takes one to two MiB at a time. */
const RESERVE = 4 << 20
/** Bytes given back at a time for writes. */
const FOR_WRITES = 1 << 20
/** The same for an opening, which needs little: a checkpoint at the end would take the rest. */
const FOR_OPENING = 64 << 10
/** With less free, the reserve itself would fill the disk. */
const AMPLE = 4 * RESERVE

const reserveOf = (path: string): string => `${path}-reserve`

/** Fills the reserve where it is short and there is ample room. Never throws: without it only a full disk is worse. */
export function keepReserve(path: string): void {
  const missing = RESERVE - reserveBytes(path)
  if (missing <= 0 || (freeBytes(path) ?? 0) < AMPLE) return
  try {
    const file = openSync(reserveOf(path), 'a', 0o600)
    try {
      // Of a file of zeros some file systems keep nothing.
      writeSync(file, randomFillSync(Buffer.alloc(missing)))
    } finally {
      closeSync(file)
    }
  } catch {
    rmSync(reserveOf(path), { force: true })
  }
}

/**
 * Does a write that must succeed, with as much of the reserve as it needs.
 * @throws StoreError as the write does, when the reserve is used up
 */
export function withReserve<T>(path: string, work: () => T): T {
  return retrying(path, FOR_WRITES, work)
}

/** The same for opening the file. */
export function openWithReserve<T>(path: string, open: () => T): T {
  return retrying(path, FOR_OPENING, open)
}

function retrying<T>(path: string, piece: number, work: () => T): T {
  for (;;) {
    try {
      return work()
    } catch (error) {
      if (!(error instanceof StoreError) || error.kind !== 'diskFull' || !cutReserve(path, piece)) throw error
    }
  }
}

/** @returns whether there was something to give */
function cutReserve(path: string, piece: number): boolean {
  const file = reserveOf(path)
  const size = sizeOf(file)
  if (size === 0) return false
  try {
    if (size <= piece) rmSync(file)
    else truncateSync(file, size - piece)
    return true
  } catch {
    return false
  }
}

/** Bytes of the reserve that are left. */
export const reserveBytes = (path: string): number => sizeOf(reserveOf(path))

/** Bytes that may be written before nothing is left, the reserve among them; undefined where the system does not say. */
export function roomAt(path: string): number | undefined {
  const free = freeBytes(path)
  return free === undefined ? undefined : free + reserveBytes(path)
}

const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0
