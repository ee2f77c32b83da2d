import { type CsvForm, csvLines } from './csv.ts'
import { groupsOf, type ParquetColumn, type ParquetValue, parquet } from './parquet.ts'

/** A cell of a table whose columns are not known beforehand. A Date is text in ISO 8601 in CSV, and a time in Parquet. */
export type RecordCell = string | number | boolean | Date | null | undefined
export type TableRecord = Readonly<Record<string, RecordCell>>

/** Rows at once, so that a table of ten thousand is never one text. */
const rowsAtOnce = 500

const columnsOf = (records: readonly TableRecord[]): string[] => [
  ...new Set(records.flatMap((record) => Object.keys(record))),
]

/** @param empty the columns where there are no records */
export function* recordsCsv(
  records: readonly TableRecord[],
  form: CsvForm = {},
  empty: readonly string[] = [],
): Generator<string> {
  const columns = records.length === 0 ? [...empty] : columnsOf(records)
  yield csvLines([columns], form)
  const cell = (value: RecordCell) => (value instanceof Date ? value.toISOString() : value)
  for (let at = 0; at < records.length; at += rowsAtOnce) {
    const rows = records.slice(at, at + rowsAtOnce)
    yield csvLines(
      rows.map((record) => columns.map((column) => cell(record[column]))),
      form,
    )
  }
}

/** A column of several types is text. */
export function recordsParquet(
  records: readonly TableRecord[],
  empty: readonly string[] = [],
): Generator<Uint8Array> {
  const names = records.length === 0 ? empty : columnsOf(records)
  const columns = names.map((name) => ({ name, type: typeOf(name, records) }))
  const rows = records.map((record) => columns.map(({ name, type }) => stored(record[name], type)))
  return parquet(columns, groupsOf(columns.length, rows))
}

/** Names of counts: their columns are of whole numbers in every file, and those of other numbers are not. */
const whole =
  /(^|[.a-z])(seed|batchSize|[eE]pochs?|[sS]teps?(Done)?|cycles?|ordinal|parameters|snapshots|bytes|place|rung|divergedAtStep|stepsDone|totalSteps|bestSnapshots)$/

function typeOf(name: string, records: readonly TableRecord[]): ParquetColumn['type'] {
  const types = new Set(
    records.flatMap((record) => {
      const value = record[name]
      if (value === null || value === undefined) return []
      return [value instanceof Date ? 'time' : typeof value]
    }),
  )
  const [first, second] = types
  if (second !== undefined) return 'text'
  switch (first) {
    case 'time':
      return 'time'
    case 'boolean':
      return 'boolean'
    case 'number':
      return whole.test(name) && records.every((record) => Number.isInteger(record[name] ?? 0))
        ? 'int64'
        : 'double'
    default:
      return 'text'
  }
}

function stored(value: RecordCell, type: ParquetColumn['type']): ParquetValue {
  if (value === null || value === undefined) return null
  if (value instanceof Date) return type === 'time' ? value.getTime() : value.toISOString()
  return type === 'text' ? String(value) : value
}
