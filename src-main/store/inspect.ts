import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readSync,
  statSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { UserError } from '../../shared/errors.ts'
import { StoreError, type StoreFaultKind } from './faults.ts'
import { placeOf, sentence } from './sqliteErrors.ts'

/** Marks the file as ours in SQLite's header: "Annl" in ASCII. */
export const APPLICATION_ID = 0x416e6e6c

const MAGIC = 'SQLite format 3\u0000'

/**
 * Looks at a file before SQLite does, since SQLite may write to whatever it opens.
 * @returns the version in its header, or undefined when there is nothing yet
 * @throws UserError when it is anything else than a database of ours
 */
export function inspectFile(path: string): number | undefined {
  const header = readHeader(path)
  if (header === undefined) return undefined
  if (header.length < 100 || header.toString('latin1', 0, 16) !== MAGIC)
    throw new UserError(
      `While opening ${path}: it is not an Anneal database (nor any SQLite file) and was left as it is; give another file with --db.`,
    )
  if (header.readUInt32BE(68) !== APPLICATION_ID)
    throw new UserError(
      `While opening ${path}: it is an SQLite database of another program and was left as it is; give another file with --db.`,
    )
  return header.readUInt32BE(60)
}

/** The first 100 bytes, or undefined for a file that is absent or empty. */
function readHeader(path: string): Buffer | undefined {
  try {
    refuseNoFile(path)
    const file = openSync(path, 'r')
    try {
      const header = Buffer.alloc(100)
      const length = readSync(file, header, 0, 100, 0)
      return length === 0 ? refuseLoneLog(path) : header.subarray(0, length)
    } finally {
      closeSync(file)
    }
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return refuseLoneLog(path)
    throw explainFile(path, error)
  }
}

/** Before it is opened: a pipe would keep the program waiting for ever. */
function refuseNoFile(path: string): void {
  const stat = statSync(path)
  if (stat.isDirectory())
    throw new UserError(`While opening ${path}: it is a folder; give the file in it, e.g. ${path}/anneal.db.`)
  if (!stat.isFile())
    throw new UserError(
      `While opening ${path}: it is a pipe, a socket or a device and no file; give another file with --db.`,
    )
}

/** SQLite would take the database for new and throw its log away, with all that was stored last. */
function refuseLoneLog(path: string): undefined {
  const log = `${path}-wal`
  const size = statSync(log, { throwIfNoEntry: false })?.size ?? 0
  if (size === 0) return undefined
  throw new UserError(
    `While opening ${path}: it is empty or gone, but its log ${log} holds ${size} bytes of what was stored last; both were left as they are. Put a copy of the database back beside the log, or move the log away to begin anew.`,
  )
}

/** SQLite opens a file for reading without a word where it may not be written. @throws StoreError when it may not */
export function refuseUnwritable(path: string): void {
  try {
    for (const place of [path, dirname(path)]) accessSync(place, constants.W_OK)
  } catch (error) {
    throw explainFile(path, error)
  }
}

/** Makes an empty file, for this user alone, and the folder it goes to. @throws StoreError when that is not allowed */
export function makeFile(path: string): void {
  try {
    makeFolder(dirname(path))
    closeSync(openSync(path, 'a', 0o600))
  } catch (error) {
    throw explainFile(path, error)
  }
}

/** By hand, since Node's recursive mkdir never returns where the system lets nobody make folders (/proc). */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return
  const parent = dirname(folder)
  if (parent !== folder) makeFolder(parent)
  try {
    mkdirSync(folder, { mode: 0o700 })
  } catch (error) {
    // Another program may have been faster.
    if (!hasCode(error, 'EEXIST')) throw error
  }
}

function explainFile(path: string, error: unknown): unknown {
  if (error instanceof UserError || !(error instanceof Error)) return error
  const kind = placeFault(path, error)
  if (kind !== undefined) return new StoreError(kind, sentence(kind, path, error.message), { cause: error })
  return new UserError(
    `While opening ${path}: the file or its folder cannot be used (${error.message}); choose another place with --db or change the permissions.`,
  )
}

function placeFault(path: string, error: unknown): StoreFaultKind | undefined {
  if (hasCode(error, 'ENOSPC', 'EDQUOT')) return 'diskFull'
  if (hasCode(error, 'EROFS')) return 'readOnly'
  if (hasCode(error, 'EACCES', 'EPERM')) return placeOf(path).isOthers ? 'notYours' : 'readOnly'
  return undefined
}

const hasCode = (error: unknown, ...codes: readonly string[]): boolean =>
  error instanceof Error && 'code' in error && codes.some((code) => error.code === code)
