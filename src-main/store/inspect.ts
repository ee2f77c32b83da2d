import { closeSync, existsSync, mkdirSync, openSync, readSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { UserError } from '../../shared/errors.ts'

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
    if (statSync(path).isDirectory())
      throw new UserError(
        `While opening ${path}: it is a folder; give the file in it, e.g. ${path}/anneal.db.`,
      )
    const file = openSync(path, 'r')
    try {
      const header = Buffer.alloc(100)
      const length = readSync(file, header, 0, 100, 0)
      return length === 0 ? undefined : header.subarray(0, length)
    } finally {
      closeSync(file)
    }
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined
    throw explainFile(path, error)
  }
}

/** Makes the folder the database goes to. @throws UserError when that is not allowed */
export function makeFolderOf(path: string): void {
  try {
    makeFolder(dirname(path))
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
    mkdirSync(folder)
  } catch (error) {
    // Another program may have been faster.
    if (!hasCode(error, 'EEXIST')) throw error
  }
}

function explainFile(path: string, error: unknown): unknown {
  if (error instanceof UserError || !(error instanceof Error)) return error
  return new UserError(
    `While opening ${path}: the file or its folder cannot be used (${error.message}); choose another place with --db or change the permissions.`,
  )
}

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code
