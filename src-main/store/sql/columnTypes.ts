import { UserError } from '../../../shared/errors.ts'
import type { ParquetType, ParquetValue } from '../../export/parquet.ts'

/*
 * A column of SQLite holds values of any type, and one of Parquet those of one: int64 for integers, double where there are
 * other numbers too (unless one of the integers is beyond 2^53), text, or binary. A column that mixes numbers, texts and blobs
 * is text, a blob in it as SQLite writes it: X'0AFF'.
 */

interface Seen {
  integer: boolean
  /** An integer that no double holds. */
  large: boolean
  real: boolean
  text: boolean
  blob: boolean
}

export class ColumnTypes {
  readonly #declared: readonly (string | null)[]
  readonly #seen: readonly Seen[]

  /** @param declared what the table says of the column behind each; null of an expression */
  constructor(declared: readonly (string | null)[]) {
    this.#declared = declared
    this.#seen = declared.map(() => ({ integer: false, large: false, real: false, text: false, blob: false }))
  }

  take(row: readonly unknown[]): void {
    for (const [i, seen] of this.#seen.entries()) {
      const value = row[i]
      if (typeof value === 'bigint') {
        seen.integer = true
        if (!Number.isSafeInteger(Number(value))) seen.large = true
      } else if (typeof value === 'number') seen.real = true
      else if (typeof value === 'string') seen.text = true
      else if (value instanceof Uint8Array) seen.blob = true
    }
  }

  of(column: number): ParquetType {
    const seen = this.#seen[column]
    if (seen === undefined) throw new Error(`no column ${column}`)
    const { integer, large, real, text, blob } = seen
    if (text || (blob && (integer || real))) return 'text'
    if (blob) return 'binary'
    if (real) return large ? 'text' : 'double'
    return integer ? 'int64' : declaredType(this.#declared[column] ?? '')
  }
}

/** Of a column with nothing but nulls. */
function declaredType(declared: string): ParquetType {
  if (/int/i.test(declared)) return 'int64'
  if (/real|floa|doub/i.test(declared)) return 'double'
  return /blob/i.test(declared) ? 'binary' : 'text'
}

/** @throws UserError where the value is of another type than those before: the statement answers anew each time */
export function storedAs(type: ParquetType, value: unknown): ParquetValue {
  if (value === null || value === undefined) return null
  if (type === 'text') return value instanceof Uint8Array ? hex(value) : String(value)
  if (type === 'binary' && value instanceof Uint8Array) return value
  if (type === 'int64' && typeof value === 'bigint') return value
  if (type === 'double' && (typeof value === 'bigint' || typeof value === 'number')) return Number(value)
  throw answersAnew()
}

export const answersAnew = (): UserError =>
  new UserError(
    'While writing the answer to SQL: the statement answered otherwise when it was asked a second time; leave out random().',
  )

const hex = (bytes: Uint8Array): string => `X'${Buffer.from(bytes).toString('hex').toUpperCase()}'`

/** Parquet takes a name twice, and most readers do not: a, a_2. */
export function distinctNames(names: readonly string[]): string[] {
  const taken = new Set<string>()
  return names.map((name) => {
    let distinct = name
    for (let n = 2; taken.has(distinct); n++) distinct = `${name}_${n}`
    taken.add(distinct)
    return distinct
  })
}
