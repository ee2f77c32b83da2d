import { StoreError } from './faults.ts'
import { openToWrite, type StoreOptions } from './openToWrite.ts'
import { openForReading } from './readOnly.ts'
import { openWithReserve } from './reserve.ts'
import type { Store } from './types.ts'

/**
 * Opens the database, and makes it when there is none. Runs whose host is gone are interrupted from then on. Where the
 * place takes no writes (a full or read-only disk, another user's folder), what is there can be read, and `health` says why
 * nothing is written.
 * @throws UserError when the file is not ours, damaged, newer than this program, or not even readable: it is left as it is
 */
export function openStore(path: string, options: StoreOptions = {}): Store {
  try {
    return openWithReserve(path, () => openToWrite(path, options))
  } catch (error) {
    if (!(error instanceof StoreError)) throw error
    if (error.kind === 'diskFull') return openOnFullDisk(path, options, error)
    if (error.kind === 'readOnly' || error.kind === 'notYours') return openForReading(path, options, error)
    throw error
  }
}

/**
 * With no room for the -shm file either. SQLite keeps it in memory where the file is this program's alone; others find it
 * locked meanwhile, and this program can write as soon as there is room.
 */
function openOnFullDisk(path: string, options: StoreOptions, reason: StoreError): Store {
  try {
    return openToWrite(path, options, { alone: true })
  } catch (error) {
    // Other programs have it open, or it must be migrated first: then a copy on another disk can be read.
    if (error instanceof StoreError && error.kind !== 'damaged') return openForReading(path, options, reason)
    throw error
  }
}
