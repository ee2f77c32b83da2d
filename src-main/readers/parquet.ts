import { type FileHandle, open } from 'node:fs/promises'
import { basename } from 'node:path'
import {
  type AsyncBuffer,
  type FileMetaData,
  type ParquetParsers,
  parquetMetadataAsync,
  parquetRead,
  type RowGroup,
} from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import { show, UserError, wordsOf } from '../../shared/errors.ts'
import { peek } from '../datasets/userPaths.ts'
import { levelsOf, parquetColumns } from './parquetColumns.ts'
import { checkPages, MAX_CHUNK_BYTES, MAX_CHUNK_VALUES } from './parquetPages.ts'
import type { Table, TableBatch, TableColumn } from './table.ts'

/** The footer of a file with thousands of columns and row groups is of some megabytes. */
const MAX_FOOTER_BYTES = 1 << 26

/** @throws UserError where it is no Parquet file */
export async function openParquet(path: string): Promise<Table> {
  const file = basename(path)
  const metadata = await withFile(path, readFooter)
  const columns = parquetColumns(file, metadata)
  return {
    file,
    rows: Number(metadata.num_rows),
    columns,
    batches: (wanted = columns.map(({ name }) => name)) =>
      readBatches(
        path,
        metadata,
        wanted.flatMap((name) => columns.filter((column) => column.name === name)),
      ),
  }
}

export async function withFile<T>(path: string, use: (file: AsyncBuffer) => Promise<T>): Promise<T> {
  const { size } = await peek(path, 0)
  try {
    await using handle = await open(path)
    return await use(bounded(handle, size))
  } catch (error) {
    if (error instanceof UserError) throw error
    throw new UserError(
      `While reading ${basename(path)}: it is no whole Parquet file, or damaged (${firstSentence(error)}); write it again.`,
      { cause: error },
    )
  }
}

function firstSentence(error: unknown): string {
  const text = wordsOf(error)
  return text.startsWith('[')
    ? 'a page claims what it cannot hold'
    : (text.split('\n')[0] ?? '').slice(0, 160)
}

/** The file's bytes, which nobody can ask for beyond its end or more of than a column may have. */
function bounded(handle: FileHandle, size: number): AsyncBuffer {
  return {
    byteLength: size,
    async slice(start, end = size) {
      if (!(start >= 0 && end >= start && end <= size && end - start <= MAX_CHUNK_BYTES))
        throw new Error(`bytes ${start} to ${end} are wanted of a file of ${size}`)
      const bytes = new Uint8Array(end - start)
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, start)
      if (bytesRead < bytes.length) throw new Error('the file became shorter while it was read')
      return bytes.buffer
    },
  }
}

/** @throws Error where the footer is damaged, or lies about the rows */
export async function readFooter(file: AsyncBuffer): Promise<FileMetaData> {
  if (file.byteLength < 12) throw new Error('it is too short')
  const end = new DataView(await file.slice(file.byteLength - 8))
  if (end.getUint32(0, true) > MAX_FOOTER_BYTES) throw new Error('its footer is longer than 64 MiB')
  const metadata = await parquetMetadataAsync(file, { geoparquet: false })
  const rows = metadata.row_groups.reduce((sum, group) => sum + group.num_rows, 0n)
  if (rows !== metadata.num_rows || rows < 0n)
    throw new Error(`it claims ${metadata.num_rows} rows, and its row groups ${rows}`)
  if (rows === 0n) throw new Error('it has no rows')
  if (rows > BigInt(Number.MAX_SAFE_INTEGER)) throw new Error(`it claims ${rows} rows`)
  return metadata
}

async function* readBatches(
  path: string,
  metadata: FileMetaData,
  columns: readonly TableColumn[],
): AsyncGenerator<TableBatch> {
  let start = 0
  for (const [g, group] of metadata.row_groups.entries()) {
    const rows = Number(group.num_rows)
    // The file is open for as long as a row group takes, not for as long as its reader waits.
    const read = await withFile(path, async (file) => {
      const found: (Float64Array | string[])[] = []
      for (const column of columns) found.push(await readChunk(file, { metadata, group, g, column }))
      return found
    })
    yield { start, rows, columns: read }
    start += rows
  }
}

interface Chunk {
  readonly metadata: FileMetaData
  readonly group: RowGroup
  readonly g: number
  readonly column: TableColumn
}

async function readChunk(
  file: AsyncBuffer,
  { metadata, group, g, column }: Chunk,
): Promise<Float64Array | string[]> {
  const rows = Number(group.num_rows)
  const place = placeOf(column.name, g)
  const values = await readValues(file, { metadata, group, g, name: column.name })
  if (column.kind === 'text') return values.map(toText)
  const out = new Float64Array(rows * column.width)
  for (const [row, value] of values.entries()) {
    const cells: unknown = column.width === 1 && !Array.isArray(value) ? [value] : value
    if (!isCells(cells) || cells.length !== column.width)
      throw new Error(`${place} has no list of ${column.width} numbers in row ${row} of it`)
    for (const [c, cell] of cells.entries()) out[row * column.width + c] = toNumber(cell, place)
  }
  return out
}

const placeOf = (name: string, g: number): string => `column ${show(name)} in row group ${g}`

/**
 * The values of a column in a row group as the library decodes them: a bigint for 64-bit integers, null or undefined for
 * what is missing. @param parsers of times and text, where they are not to be the library's
 */
export async function readValues(
  file: AsyncBuffer,
  { metadata, group, g, name }: Pick<Chunk, 'metadata' | 'group' | 'g'> & { readonly name: string },
  parsers?: Partial<ParquetParsers>,
): Promise<unknown[]> {
  const rows = Number(group.num_rows)
  const checked = await checkChunk(file, metadata, group, name)
  const values: unknown[] = []
  await parquetRead({
    file: checked,
    metadata: { ...metadata, row_groups: [group], num_rows: group.num_rows },
    columns: [name],
    compressors,
    geoparquet: false,
    ...(parsers && { parsers }),
    onChunk: ({ columnData }) => {
      for (const value of columnData) values.push(value)
    },
  })
  if (values.length !== rows) throw new Error(`${placeOf(name, g)} has ${values.length} rows of ${rows}`)
  return values
}

const isCells = (
  value: unknown,
): value is ArrayLike<unknown> & Iterable<unknown> & { entries(): Iterable<[number, unknown]> } =>
  Array.isArray(value) || ArrayBuffer.isView(value)

function toNumber(value: unknown, place: string): number {
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') return Number(value)
  if (typeof value === 'boolean') return value ? 1 : 0
  if (value === null || value === undefined) return Number.NaN
  throw new Error(`${place} has ${show(value)} where a number should be`)
}

function toText(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? '' : value.toISOString()
  return typeof value === 'string' ? value : String(value)
}

/** The file with the bytes of a column's chunks at hand, once their pages have been found to be within bounds. */
async function checkChunk(
  file: AsyncBuffer,
  metadata: FileMetaData,
  group: RowGroup,
  name: string,
): Promise<AsyncBuffer> {
  const rows = Number(group.num_rows)
  if (rows > MAX_CHUNK_VALUES)
    throw new Error(
      `a row group claims ${rows} rows, more than ${MAX_CHUNK_VALUES}: write smaller ones, with row_group_size`,
    )
  const known = new Map<string, ArrayBuffer>()
  for (const { meta_data: meta } of group.columns) {
    if (meta?.path_in_schema[0] !== name) continue
    const values = Number(meta.num_values)
    if (!(values >= 0 && values <= MAX_CHUNK_VALUES))
      throw new Error(
        `column ${show(name)} claims ${values} values in a row group, more than ${MAX_CHUNK_VALUES}: write smaller ones, with row_group_size`,
      )
    const begin = Number(meta.dictionary_page_offset || meta.data_page_offset)
    const end = begin + Number(meta.total_compressed_size)
    const bytes = await file.slice(begin, end)
    const levels = levelsOf(metadata, meta.path_in_schema)
    if (levels.repetition === 0 && values !== rows)
      throw new Error(`column ${show(name)} has ${values} values in ${rows} rows`)
    const unpack = (packed: Uint8Array, size: number): Uint8Array => {
      if (meta.codec === 'UNCOMPRESSED') return packed
      const page = compressors[meta.codec]?.(packed, size)
      if (page === undefined) throw new Error(`it is packed by ${meta.codec}, which is not known`)
      return page
    }
    checkPages(bytes, { values, ...levels, isBoolean: meta.type === 'BOOLEAN', unpack })
    known.set(`${begin}-${end}`, bytes)
  }
  return {
    byteLength: file.byteLength,
    slice: (start, end = file.byteLength) => known.get(`${start}-${end}`) ?? file.slice(start, end),
  }
}
