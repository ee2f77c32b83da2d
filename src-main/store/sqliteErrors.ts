import Database from 'better-sqlite3'
import { UserError } from '../../shared/errors.ts'

/**
 * Turns SQLite's own failures that a person can act on (damage, a full or read-only disk, a lock that another program
 * holds) into a sentence; everything else is a mistake of ours and stays as it is.
 */
export function explainSqlite(path: string, error: unknown): unknown {
  if (!(error instanceof Database.SqliteError)) return error
  const [primary] = error.code.replace('SQLITE_', '').split('_')
  switch (primary) {
    case 'CORRUPT':
    case 'NOTADB':
      return damaged(path, error.message)
    case 'FULL':
      return new UserError(
        `While writing ${path}: the disk is full; free some space and resume the run (what was stored before is safe).`,
      )
    case 'READONLY':
    case 'CANTOPEN':
    case 'PERM':
      return new UserError(
        `While opening ${path}: the file and its folder must be writable (${error.message}); choose another place with --db or change the permissions.`,
      )
    case 'BUSY':
    case 'LOCKED':
      return new UserError(
        `While using ${path}: another program has kept it locked for too long; close that program and try again.`,
      )
    case 'IOERR':
      return new UserError(
        `While using ${path}: the disk reported an error (${error.message}); check the disk and copy the file to a safe place.`,
      )
    default:
      return error
  }
}

/** @param finding what SQLite said about it */
export function damaged(path: string, finding: string): UserError {
  const words = finding.replace(/\s+/g, ' ')
  return new UserError(
    `While opening ${path}: the database is damaged (${words}) and was left as it is; put back a copy of it, or save what can be read with "sqlite3 damaged.db .recover | sqlite3 rescued.db" and open that one.`,
  )
}
