import { z } from 'zod'
import { UserError } from '../../shared/errors.ts'
import type { Db } from './database.ts'
import { APPLICATION_ID } from './inspect.ts'

/**
 * Page size in bytes. Measured with the bench of snapshots and metrics: of 4, 16, 32 and 64 KiB this one writes a
 * 20 MB snapshot within a factor of two of the largest, wastes 6 % on 32 KiB chunks where 64 KiB wastes half, and
 * keeps the four commits a second of a running trainer small.
 */
const PAGE_SIZE = 16_384

/** Milliseconds between two tries for a lock that SQLite does not wait for by itself. */
const RETRY = 20

/**
 * Makes an empty file ours, or takes an older one step by step to the newest version: all in one transaction, so that
 * a failure or a power cut leaves it as it was. Foreign keys are on afterwards.
 */
export function migrate(db: Db, migrations: readonly string[]): void {
  if (versionOf(db) !== migrations.length) {
    // An empty file takes page size and vacuum mode, any other ignores them. WAL comes after the first transaction,
    // so that the mark of ownership stands in the file itself.
    db.pragma(`page_size = ${PAGE_SIZE}`)
    db.pragma('foreign_keys = OFF')
    db.deferred(() => {
      // Writes the first page, without our mark yet: outside the transaction, others would see (and a crash leave) a
      // file of nobody. Takes the write lock.
      db.pragma('auto_vacuum = INCREMENTAL')
      const version = versionOf(db)
      refuseNewer(db.path, version, migrations.length)
      for (const sql of migrations.slice(version)) step(db, version, sql)
      refuseDangling(db)
      db.pragma(`application_id = ${APPLICATION_ID}`)
      db.pragma(`user_version = ${migrations.length}`)
    })
  }
  refuseInconsistent(db, migrations)
  db.pragma('foreign_keys = ON')
  enterWal(db)
}

function step(db: Db, version: number, sql: string): void {
  try {
    db.exec(sql)
  } catch (error) {
    if (error instanceof UserError || !(error instanceof Error)) throw error
    throw inconsistent(db.path, version, error.message, error)
  }
}

const columnRow = z.object({ name: z.string() })
const COLUMNS = `SELECT t.name || '.' || c.name AS name FROM sqlite_schema AS t, pragma_table_info(t.name) AS c
  WHERE t.type = 'table'`

/** Whether what the migrations of its version have made is there: the number alone may have been changed. */
function refuseInconsistent(db: Db, migrations: readonly string[]): void {
  const there = new Set(db.all(columnRow, COLUMNS).map(({ name }) => name))
  for (const sql of migrations)
    for (const [, table = '', column = ''] of sql.matchAll(/ALTER TABLE (\w+) ADD COLUMN (\w+)/g))
      if (!there.has(`${table}.${column}`))
        throw inconsistent(db.path, migrations.length, `no column ${column} in the table ${table}`)
}

const inconsistent = (path: string, version: number, words: string, cause?: Error): UserError =>
  new UserError(
    `While opening ${path}: it says that it is of database version ${version}, but its tables are not those of that version (${words}); it was left as it is. Put back a copy of it.`,
    { cause },
  )

/** Foreign keys are off while tables may be rebuilt, so they are looked at before the commit. */
function refuseDangling(db: Db): void {
  const [first] = db.all(z.object({ table: z.string() }), 'PRAGMA foreign_key_check')
  if (first !== undefined)
    throw new Error(`The migration leaves rows of ${first.table} without what they refer to.`)
}

/** @throws UserError */
export function refuseNewer(path: string, version: number, known: number): void {
  if (version > known)
    throw new UserError(
      `While opening ${path}: it was written by a newer Anneal (database version ${version}, this one knows ${known}) and was left as it is; update Anneal.`,
    )
}

const versionOf = (db: Db): number => z.int().parse(db.pragma('user_version'))

/** The change of mode needs the file for itself for a moment, and SQLite does not wait for that. */
function enterWal(db: Db): void {
  for (let tries = 0; ; tries++) {
    try {
      db.pragma('journal_mode = WAL')
      return
    } catch (error) {
      if (!(error instanceof UserError) || tries >= 100) throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY)
    }
  }
}
