import {
  type BasicType,
  ByteWriter,
  type ColumnSource,
  ParquetWriter,
  schemaFromColumnData,
} from 'hyparquet-writer'

/** int64: whole numbers. time: milliseconds since 1970, UTC. binary: bytes as they are. */
export type ParquetType = 'int64' | 'double' | 'float' | 'text' | 'boolean' | 'time' | 'binary'

/** A number of an int64 column is whole. NaN and the infinities stay what they are; null: there is none. */
export type ParquetValue = number | bigint | string | boolean | Uint8Array | null

export interface ParquetColumn {
  readonly name: string
  readonly type: ParquetType
}

/** A part of a table: one list a column, all of the same length. */
export type ParquetGroup = readonly (readonly ParquetValue[])[]

/** Rows of a group: so much of a table is in memory at once. */
const parquetGroupRows = 65_536

const basicTypes: Readonly<Record<ParquetType, BasicType>> = {
  int64: 'INT64',
  double: 'DOUBLE',
  float: 'FLOAT',
  text: 'STRING',
  boolean: 'BOOLEAN',
  time: 'TIMESTAMP',
  binary: 'BYTE_ARRAY',
}

/**
 * A table as an Apache Parquet file, written group by group (Snappy, statistics, texts through a dictionary).
 * @param metadata kept at the end of the file, under its names
 */
export function* parquet(
  columns: readonly ParquetColumn[],
  groups: Iterable<ParquetGroup>,
  metadata: Readonly<Record<string, string>> = {},
): Generator<Uint8Array> {
  const out = new ByteWriter(1 << 20)
  const schema = schemaFromColumnData({ columnData: columns.map((column) => source(column, [])) })
  const kvMetadata = Object.entries(metadata).map(([key, value]) => ({ key, value }))
  const writer = new ParquetWriter({ writer: out, schema, kvMetadata, createdBy: 'Anneal' })
  for (const group of groups) {
    const rows = group[0]?.length ?? 0
    if (rows === 0) continue
    const columnData = columns.map((column, i) => source(column, group[i] ?? []))
    void writer.write({ columnData, rowGroupSize: rows })
    yield drained(out)
  }
  void writer.finish()
  yield drained(out)
}

/** The same from rows. */
export function* groupsOf(
  width: number,
  rows: Iterable<readonly ParquetValue[]>,
  most = parquetGroupRows,
): Generator<ParquetGroup> {
  const fresh = (): ParquetValue[][] => Array.from({ length: width }, () => [])
  let group = fresh()
  for (const row of rows) {
    for (let i = 0; i < width; i++) group[i]?.push(row[i] ?? null)
    if ((group[0]?.length ?? 0) < most) continue
    yield group
    group = fresh()
  }
  yield group
}

function source({ name, type }: ParquetColumn, values: readonly ParquetValue[]): ColumnSource {
  return { name, type: basicTypes[type], data: values.map((value) => stored(type, value)) }
}

function stored(type: ParquetType, value: ParquetValue): ParquetValue | Date {
  if (typeof value !== 'number') return value
  if (type === 'int64') return BigInt(value)
  return type === 'time' ? new Date(value) : value
}

/** Takes out what was written; the count of all bytes, which places in the file are told by, stays. */
function drained(out: ByteWriter): Uint8Array {
  const bytes = out.getBytes().slice()
  out.index = 0
  return bytes
}
