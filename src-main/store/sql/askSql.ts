import { rmSync } from 'node:fs'
import {
  type SqlAnswer,
  type SqlFile,
  type SqlQuestion,
  sqlAnswer,
  sqlFile,
  sqlMegabytes,
  sqlQuestion,
} from '../../../shared/api/sql.ts'
import { parseOrExplain, UserError } from '../../../shared/errors.ts'
import { askProcess } from '../../process/askProcess.ts'
import { NoAnswer } from '../../process/noAnswer.ts'
import { refuseOtherStatements } from './statement.ts'

/** Questions at once: each may take as much memory as it is allowed. */
const atOnce = 2
let asked = 0

/**
 * Answers a question in SQL, in a process of its own.
 * @param path the database file
 * @throws UserError when it is no statement that reads, when SQLite refuses it, and when it takes too long or too much ·
 *   NoAnswer when it is cancelled
 */
export async function askSql(path: string, question: SqlQuestion, signal?: AbortSignal): Promise<SqlAnswer> {
  const { sql, rows, seconds } = parseOrExplain(sqlQuestion, question, 'reading SQL')
  return sqlAnswer.parse(await ask({ path, sql, rows }, seconds, signal))
}

/**
 * The same, written as Parquet to a file, of which nothing is left where it fails.
 * @param question without rows: all of them
 */
export async function askSqlFile(
  path: string,
  question: SqlQuestion,
  file: string,
  signal?: AbortSignal,
): Promise<SqlFile> {
  const { sql, seconds } = parseOrExplain(sqlQuestion, { ...question, rows: undefined }, 'reading SQL')
  const rows = question.rows ?? null
  try {
    return sqlFile.parse(await ask({ path, sql, rows, file }, seconds, signal))
  } catch (error) {
    rmSync(file, { force: true })
    throw error
  }
}

interface Call {
  readonly path: string
  readonly sql: string
  readonly rows: number | null
  readonly file?: string
}

async function ask(call: Call, seconds: number, signal: AbortSignal | undefined): Promise<unknown> {
  refuseOtherStatements(call.sql)
  if (asked >= atOnce)
    throw new UserError(
      `While answering SQL: ${atOnce} other statements are being answered; wait for one of them, or cancel it.`,
    )
  asked += 1
  let errorOutput = ''
  try {
    return await askProcess('store/sql/entry.ts', call, {
      within: seconds * 1000,
      ...(signal !== undefined && { signal }),
      onErrorOutput: (text) => {
        errorOutput = text
      },
    })
  } catch (error) {
    throw inWords(error, seconds, errorOutput)
  } finally {
    asked -= 1
  }
}

function inWords(error: unknown, seconds: number, errorOutput: string): unknown {
  if (!(error instanceof NoAnswer) || error.why === 'cancelled') return error
  if (error.why === 'late')
    return new UserError(
      `While answering SQL: it was stopped after ${seconds} s without an answer; ask for less (a WHERE, fewer rows of a join), or give it more time.`,
    )
  if (errorOutput.includes('too much memory'))
    return new UserError(
      `While answering SQL: it was stopped because it took more than ${sqlMegabytes} MiB of memory; ask for less at once.`,
    )
  return new UserError(
    `While answering SQL: its process ended without an answer (${error.message}); ask again, or ask for less.`,
  )
}
