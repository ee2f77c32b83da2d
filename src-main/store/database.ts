import Database from 'better-sqlite3'
import { z } from 'zod'
import { createDamageLog, type DamageLog } from './damage.ts'
import { StoreError, type WriteWatch } from './faults.ts'
import { damaged, explainSqlite } from './sqliteErrors.ts'

/*
 * The few things we ask of SQLite, free of the driver's types: every row goes through a zod schema on its way out, and
 * every failure a person can act on becomes a sentence.
 */

export type SqlValue = number | string | null | Uint8Array

export interface Db {
  readonly path: string
  get<T>(schema: z.ZodType<T>, sql: string, ...values: SqlValue[]): T | undefined
  all<T>(schema: z.ZodType<T>, sql: string, ...values: SqlValue[]): T[]
  /** Runs one statement; `lastId` is the row id of the last insert. */
  run(sql: string, ...values: SqlValue[]): { readonly changes: number; readonly lastId: number }
  /** Several statements without values: schema and pragmas. */
  exec(sql: string): void
  pragma(source: string): unknown
  /** One write transaction; a nested one joins it. Takes the write lock at once, so that what it reads stays true. */
  write<T>(work: () => T): T
  /** One write transaction that takes the lock with its first statement, for what must precede a new file's first page. */
  deferred<T>(work: () => T): T
  /** One read transaction: everything in it sees the same state of the file. */
  read<T>(work: () => T): T
  /** Damage that reading has got round so far. */
  readonly damage: DamageLog
  /** Every write transaction is refused from now on. */
  refuse(error: StoreError): void
  close(): void
}

export interface ConnectOptions {
  readonly readonly?: boolean
  /** Milliseconds to wait for another program's lock. */
  readonly busyTimeout?: number
  /** Told of every write transaction that was stored, or refused by the file's place. */
  readonly watch?: WriteWatch
  /** Takes a line about each statement that took long, and about damage that reading got round, once. */
  readonly log?: (line: string) => void
}

/** @throws UserError when the file cannot be opened */
export function connect(path: string, options: ConnectOptions = {}): Db {
  const guard: Guard = (work) => {
    try {
      return work()
    } catch (error) {
      throw explainSqlite(path, error)
    }
  }
  const raw = guard(() => openFile(path, options))
  const prepare = cachedStatements(raw)
  const transaction = createTransaction(raw, prepare, guard)
  const timed = createTimer(options.log)
  let refusal: StoreError | undefined
  const write = <T>(begin: string, work: () => T): T => {
    if (raw.inTransaction) return work()
    if (refusal !== undefined) throw refusal
    try {
      const result = transaction(begin, work)
      options.watch?.written()
      return result
    } catch (error) {
      if (error instanceof StoreError) options.watch?.refused(error)
      // Otherwise a checkpoint, which makes the file grow, takes what little room is made for the next write.
      if (error instanceof StoreError && error.kind === 'diskFull') raw.pragma('wal_autocheckpoint = 0')
      throw error
    }
  }
  return {
    path,
    get(schema, sql, ...values) {
      const row = guard(() => timed(sql, () => prepare(sql).get(...values)))
      return row === undefined ? undefined : parseRow(path, schema, row)
    },
    all: (schema, sql, ...values) =>
      guard(() => timed(sql, () => prepare(sql).all(...values))).map((row) => parseRow(path, schema, row)),
    run(sql, ...values) {
      const { changes, lastInsertRowid } = guard(() => timed(sql, () => prepare(sql).run(...values)))
      return { changes, lastId: Number(lastInsertRowid) }
    },
    exec: (sql) => void guard(() => raw.exec(sql)),
    pragma: (source) => guard(() => raw.pragma(source, { simple: true })),
    write: (work) => write('BEGIN IMMEDIATE', work),
    deferred: (work) => write('BEGIN', work),
    read: (work) => transaction('BEGIN', work),
    damage: createDamageLog(options.log),
    refuse(error) {
      refusal = error
    },
    close: () => void guard(() => raw.close()),
  }
}

type Statement = Database.Statement<SqlValue[], unknown>
type Prepare = (sql: string) => Statement
/** Turns failures that a person can act on into a sentence. */
type Guard = <T>(work: () => T) => T

function openFile(
  path: string,
  { readonly = false, busyTimeout = 10_000 }: ConnectOptions,
): Database.Database {
  return new Database(path, { readonly, fileMustExist: readonly, timeout: busyTimeout })
}

function cachedStatements(raw: Database.Database): Prepare {
  const statements = new Map<string, Statement>()
  return (sql) => {
    const known = statements.get(sql)
    if (known !== undefined) return known
    const statement = raw.prepare<SqlValue[], unknown>(sql)
    statements.set(sql, statement)
    return statement
  }
}

/** Milliseconds after which a statement is slow. */
const SLOW = 100

/** Logs a slow statement the first time it is: its text names it. */
function createTimer(log: ConnectOptions['log']): <T>(sql: string, work: () => T) => T {
  if (log === undefined) return (_, work) => work()
  const told = new Set<string>()
  return (sql, work) => {
    const start = performance.now()
    const result = work()
    const took = performance.now() - start
    if (took >= SLOW && !told.has(sql)) {
      told.add(sql)
      log(`A statement took ${Math.round(took)} ms: ${sql.replace(/\s+/g, ' ').trim().slice(0, 200)}`)
    }
    return result
  }
}

function createTransaction(raw: Database.Database, prepare: Prepare, guard: Guard) {
  return <T>(begin: string, work: () => T): T => {
    if (raw.inTransaction) return work()
    guard(() => prepare(begin).run())
    try {
      const result = work()
      guard(() => prepare('COMMIT').run())
      return result
    } catch (error) {
      // SQLite has rolled back by itself after some failures, a full disk among them.
      if (raw.inTransaction) prepare('ROLLBACK').run()
      throw error
    }
  }
}

function parseRow<T>(path: string, schema: z.ZodType<T>, row: unknown): T {
  try {
    return schema.parse(row)
  } catch (error) {
    const words = error instanceof z.ZodError ? z.prettifyError(error) : String(error)
    throw damaged(path, `a row is not of the form it should have: ${words}`)
  }
}
