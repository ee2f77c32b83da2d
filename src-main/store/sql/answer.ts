import Database from 'better-sqlite3'
import { type SqlAnswer, type SqlCell, sqlBytes, sqlCellLength } from '../../../shared/api/sql.ts'
import { UserError } from '../../../shared/errors.ts'
import { connect } from '../database.ts'
import { explainSqlite } from '../sqliteErrors.ts'
import { refuseOtherStatements } from './statement.ts'
import { addTableFunctions } from './tableFunctions.ts'
import { viewsSql } from './views.ts'

/**
 * Answers one statement from a database that is opened for reading only. Nothing here bounds time or memory: the process does.
 * @param rows of the answer, at most  @throws UserError with SQLite's words where it does not take the statement
 */
export const answerSql = (path: string, sql: string, rows: number): SqlAnswer =>
  withStatement(path, sql, (statement) => read(statement, rows))

type Statement = Database.Statement<[], unknown[]>

/** A statement that reads. Its rows are lists, with integers as bigint. */
export function withStatement<T>(path: string, sql: string, use: (statement: Statement) => T): T {
  refuseOtherStatements(sql)
  const second = connect(path, { readonly: true })
  const raw = new Database(path, { readonly: true, fileMustExist: true })
  try {
    prepareConnection(raw)
    // A statement that is answered twice is answered from one state of the lab.
    second.run('BEGIN')
    addTableFunctions(raw, second)
    return use(prepareStatement(raw, sql))
  } catch (error) {
    throw inOneSentence(path, error)
  } finally {
    raw.close()
    second.close()
  }
}

function prepareStatement(raw: Database.Database, sql: string): Statement {
  const statement = raw.prepare<[], unknown[]>(sql)
  if (!statement.readonly || !statement.reader)
    throw new UserError('While reading SQL: the statement would write; the lab can only be read here.')
  return statement.raw(true).safeIntegers(true)
}

function prepareConnection(raw: Database.Database): void {
  // What a sort or a recursive query sets aside counts as memory, which is bounded, and not as disk, which is not.
  raw.pragma('temp_store = MEMORY')
  raw.exec(viewsSql)
  raw.pragma('query_only = ON')
  raw.exec('BEGIN')
  raw.pragma('trusted_schema = OFF')
}

function read(statement: Statement, most: number): SqlAnswer {
  const start = performance.now()
  const columns = statement.columns().map(({ name }) => name)
  const rows: SqlCell[][] = []
  let [bytes, cutTexts] = [0, 0]
  let cut: SqlAnswer['cut'] = null
  for (const row of statement.iterate()) {
    if (rows.length === most || bytes > sqlBytes) {
      cut = rows.length === most ? 'rows' : 'bytes'
      break
    }
    rows.push(row.map(cellOf))
    for (const value of row) {
      bytes += typeof value === 'string' ? Math.min(value.length, sqlCellLength) : 8
      if (typeof value === 'string' && value.length > sqlCellLength) cutTexts += 1
    }
  }
  return { columns, rows, cut, cutTexts, milliseconds: performance.now() - start }
}

function cellOf(value: unknown): SqlCell {
  switch (typeof value) {
    case 'bigint': {
      const number = Number(value)
      return Number.isSafeInteger(number) ? number : { number: String(value) }
    }
    case 'number':
      return Number.isFinite(value) ? value : { number: String(value) }
    case 'string':
      return value.length > sqlCellLength ? `${value.slice(0, sqlCellLength)}…` : value
    default:
      return value instanceof Uint8Array ? { bytes: value.byteLength } : null
  }
}

/** SQLite's own words are the help that a writer of SQL needs. */
function inOneSentence(path: string, error: unknown): unknown {
  const explained = explainSqlite(path, error)
  if (explained !== error || error instanceof UserError) return explained
  if (error instanceof Database.SqliteError)
    return new UserError(`While answering SQL: ${error.message.replace(/\s+/g, ' ')}.`)
  // The driver's own: a second statement, a parameter without a value.
  if (error instanceof RangeError || error instanceof TypeError)
    return new UserError(`While answering SQL: ${error.message.replace(/\.?$/, '.')}`)
  return error
}
