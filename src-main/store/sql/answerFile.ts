import { closeSync, openSync, writeSync } from 'node:fs'
import { type SqlFile, sqlFileBytes } from '../../../shared/api/sql.ts'
import { UserError } from '../../../shared/errors.ts'
import { type ParquetGroup, type ParquetType, type ParquetValue, parquet } from '../../export/parquet.ts'
import { withStatement } from './answer.ts'
import { answersAnew, ColumnTypes, distinctNames, storedAs } from './columnTypes.ts'

/** Of a part of the table: so much of an answer is in memory at once. */
const mostRows = 65_536
const mostBytes = 16 * 2 ** 20

/**
 * Writes the answer to a statement as Parquet. SQLite tells a value's type only with the value, so the statement is answered
 * twice: first for the types of its columns, then for its rows.
 * @param rows at most; null: all  @throws UserError as answerSql, and where the file would be too large
 */
export function writeAnswer(path: string, sql: string, rows: number | null, file: string): SqlFile {
  return withStatement(path, sql, (statement) => {
    const most = rows ?? Number.POSITIVE_INFINITY
    const columns = statement.columns()
    const types = new ColumnTypes(columns.map(({ type }) => type))
    let [count, isCut] = [0, false]
    for (const row of statement.iterate()) {
      isCut = count === most
      if (isCut) break
      types.take(row)
      count += 1
    }
    const names = distinctNames(columns.map(({ name }) => name))
    const typed = names.map((name, i) => ({ name, type: types.of(i) }))
    const groups = groupsOf(
      statement.iterate(),
      { count, isCut },
      typed.map(({ type }) => type),
    )
    return { rows: count, columns: typed, bytes: write(file, parquet(typed, groups, { sql })), isCut }
  })
}

function* groupsOf(
  answer: Iterable<readonly unknown[]>,
  { count, isCut }: { readonly count: number; readonly isCut: boolean },
  types: readonly ParquetType[],
): Generator<ParquetGroup> {
  const fresh = (): ParquetValue[][] => types.map(() => [])
  let [group, rows, bytes, left] = [fresh(), 0, 0, count]
  for (const row of answer) {
    if (left === 0) {
      if (isCut) break
      throw answersAnew()
    }
    left -= 1
    rows += 1
    for (const [i, type] of types.entries()) {
      const value = storedAs(type, row[i])
      group[i]?.push(value)
      bytes += typeof value === 'string' ? value.length : value instanceof Uint8Array ? value.byteLength : 8
    }
    if (rows < mostRows && bytes < mostBytes) continue
    yield group
    ;[group, rows, bytes] = [fresh(), 0, 0]
  }
  if (rows > 0) yield group
  if (left > 0) throw answersAnew()
}

/** @returns the bytes of the file */
function write(file: string, chunks: Iterable<Uint8Array>): number {
  const handle = openSync(file, 'w')
  let written = 0
  try {
    for (const chunk of chunks) {
      written += chunk.byteLength
      if (written > sqlFileBytes)
        throw new UserError(
          `While writing the answer to SQL: it comes to more than ${sqlFileBytes / 2 ** 30} GiB; ask for less (a WHERE, a LIMIT).`,
        )
      for (let at = 0; at < chunk.byteLength; ) at += writeSync(handle, chunk, at)
    }
  } finally {
    closeSync(handle)
  }
  return written
}
