import { basename } from 'node:path'
import { type ParquetParsers, parquetSchema, type SchemaTree } from 'hyparquet'
import { show, UserError } from '../../shared/errors.ts'
import { floatText } from './floatText.ts'
import { readFooter, readValues, withFile } from './parquet.ts'
import { isIndex } from './parquetColumns.ts'

/** Cells of a row group that are held at a time: 1 GiB where each is a double or a text that others share. */
const MAX_GROUP_CELLS = 1 << 27

/** Digits of a decimal that a double keeps. */
const SAFE_DIGITS = 15

/** A Parquet table whose cells are the texts that a CSV file of the same table has. */
export interface ParquetCells {
  readonly rows: number
  readonly names: readonly string[]
  /** Positions of the columns whose values are plain. */
  readonly readable: readonly number[]
  /**
   * Rows in their order, "" for the cells of other columns and for what is missing.
   * @param wanted positions of the columns to read
   * @throws UserError for a column whose values no cell can hold, and where the file is damaged
   */
  read(wanted: readonly number[]): AsyncGenerator<string[]>
}

/** @throws UserError where it is no Parquet file */
export async function openParquetCells(path: string): Promise<ParquetCells> {
  const metadata = await withFile(path, readFooter)
  const columns = parquetSchema(metadata).children.filter(({ element }) => !isIndex(element.name))
  return {
    rows: Number(metadata.num_rows),
    names: columns.map(({ element }) => element.name),
    readable: [...columns.keys()].filter((at) => isPlain(columns[at])),
    read: (wanted) => readCells(path, metadata, columns, wanted),
  }
}

async function* readCells(
  path: string,
  metadata: Awaited<ReturnType<typeof readFooter>>,
  columns: readonly SchemaTree[],
  wanted: readonly number[],
): AsyncGenerator<string[]> {
  const file = basename(path)
  const writers = wanted.map((at) => {
    const column = columns[at]
    if (column === undefined) throw new Error(`There is no column ${at}`)
    return { at, name: column.element.name, write: cellWriter(file, column) }
  })
  for (const [g, group] of metadata.row_groups.entries()) {
    const rows = Number(group.num_rows)
    if (rows * wanted.length > MAX_GROUP_CELLS)
      throw new UserError(
        `While reading ${file}: row group ${g} has ${rows} rows of ${wanted.length} columns, more than are held at a time; leave columns out, or write it with row_group_size=${Math.floor(MAX_GROUP_CELLS / wanted.length / 2)} or less.`,
      )
    // The file is open for as long as a row group takes, not for as long as its reader waits.
    const held = await withFile(path, async (source) => {
      const found: ArrayLike<unknown>[] = []
      for (const { name } of writers)
        found.push(compact(await readValues(source, { metadata, group, g, name }, parsersOf(file, name))))
      return found
    })
    for (let row = 0; row < rows; row++) {
      const cells = new Array<string>(columns.length).fill('')
      for (const [w, { at, write }] of writers.entries()) cells[at] = write(held[w]?.[row])
      yield cells
    }
  }
}

/** The same values in less memory, where all of them are numbers. */
function compact(values: readonly unknown[]): ArrayLike<unknown> {
  if (!values.every((value) => typeof value === 'number')) return values
  if (values.every((value) => (value & 255) === value)) return Uint8Array.from(values)
  return values.every((value) => (value | 0) === value) ? Int32Array.from(values) : Float64Array.from(values)
}

/** Whether a column has one value in a row. */
const isPlain = (column: SchemaTree | undefined): boolean =>
  column !== undefined && column.children.length === 0 && column.element.repetition_type !== 'REPEATED'

type Write = (value: unknown) => string

/** How a value of a column is written in CSV by pandas. @throws UserError for a column of lists and records */
function cellWriter(file: string, column: SchemaTree): Write {
  const { element } = column
  const refuse = (what: string): UserError =>
    new UserError(
      `While reading ${file}: column ${show(element.name)} holds ${what}; leave the column out, or write it as plain numbers or text.`,
    )
  const logical = element.logical_type?.type
  if (!isPlain(column)) throw refuse('lists or records, which are no single value')
  if (logical === 'VARIANT' || logical === 'GEOMETRY' || logical === 'GEOGRAPHY')
    throw refuse(`values of type ${logical}`)
  if (element.converted_type === 'BSON' || element.converted_type === 'INTERVAL')
    throw refuse(`values of type ${element.converted_type}`)
  const write = plainWriter(element)
  if (element.converted_type === 'DECIMAL' || logical === 'DECIMAL') {
    if ((element.precision ?? 0) > SAFE_DIGITS)
      throw refuse(
        `decimals of up to ${element.precision} digits, of which a number of 64 bits keeps ${SAFE_DIGITS}`,
      )
    const scale = element.scale ?? 0
    return (value) => (typeof value === 'number' ? value.toFixed(scale) : write(value))
  }
  return write
}

function plainWriter({ type, logical_type }: SchemaTree['element']): Write {
  const isFloat = type === 'FLOAT' || type === 'DOUBLE' || logical_type?.type === 'FLOAT16'
  const clock = logical_type?.type === 'TIME' ? unitsPerSecond[logical_type.unit] : undefined
  return (value) => {
    if (value === null || value === undefined) return ''
    if (clock !== undefined && (typeof value === 'number' || typeof value === 'bigint'))
      return clockText(BigInt(value), clock)
    if (typeof value === 'number') return isFloat ? floatText(value, type === 'FLOAT') : String(value)
    if (typeof value === 'boolean') return value ? 'True' : 'False'
    return typeof value === 'object' ? JSON.stringify(value) : String(value)
  }
}

const unitsPerSecond = { MILLIS: 1000n, MICROS: 1_000_000n, NANOS: 1_000_000_000n } as const

/** 2024-03-01, or 2024-03-01 15:56:59.000001 where it is not midnight. */
function timeText(units: bigint, perSecond: bigint): string {
  const perDay = 86_400n * perSecond
  const inDay = ((units % perDay) + perDay) % perDay
  const day = dayText(Number((units - inDay) / perDay))
  return inDay === 0n ? day : `${day} ${clockText(inDay, perSecond)}`
}

function clockText(units: bigint, perSecond: bigint): string {
  const seconds = Number(units / perSecond)
  const fraction = String(units % perSecond).padStart(String(perSecond).length - 1, '0')
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  const clock = parts.map((part) => String(part).padStart(2, '0')).join(':')
  return units % perSecond === 0n ? clock : `${clock}.${fraction}`
}

function dayText(days: number): string {
  const date = new Date(days * 86_400_000)
  return Number.isNaN(date.getTime()) ? `day ${days}` : date.toISOString().replace(/T.*$/, '')
}

/** Times as texts that keep all of their digits, and bytes that are text or refused. */
function parsersOf(file: string, column: string): Partial<ParquetParsers> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  return {
    timestampFromMilliseconds: (units) => timeText(BigInt(units), unitsPerSecond.MILLIS),
    timestampFromMicroseconds: (units) => timeText(units, unitsPerSecond.MICROS),
    timestampFromNanoseconds: (units) => timeText(units, unitsPerSecond.NANOS),
    dateFromDays: dayText,
    jsonFromBytes: (bytes) => textOf(bytes),
    stringFromBytes: (bytes) => textOf(bytes),
  }
  function textOf(bytes: Uint8Array | undefined): string | undefined {
    try {
      return bytes && decoder.decode(bytes)
    } catch {
      throw new UserError(
        `While reading ${file}: column ${show(column)} holds bytes that are no text; leave the column out.`,
      )
    }
  }
}
