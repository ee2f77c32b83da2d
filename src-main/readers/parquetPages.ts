import { parquetHeader } from 'hyparquet/src/column.js'
import { z } from 'zod'

/*
 * What a column chunk claims, looked at before it is decoded: the decoder believes a page's counts and the lengths of its
 * runs, and a run of four bytes can claim two billion values.
 */

/** Values of one column in one row group. */
export const MAX_CHUNK_VALUES = 1 << 24
/** Bytes of one column in one row group, packed; and unpacked. */
export const MAX_CHUNK_BYTES = 1 << 28

const count = z.int().min(0).max(MAX_CHUNK_VALUES)
const bytes = z.int().min(0).max(MAX_CHUNK_BYTES)
const pageHeader = z.object({
  type: z.enum(['DATA_PAGE', 'DATA_PAGE_V2', 'DICTIONARY_PAGE', 'INDEX_PAGE']),
  uncompressed_page_size: bytes,
  compressed_page_size: bytes,
  data_page_header: z.object({ num_values: count, encoding: z.string() }).optional(),
  dictionary_page_header: z.object({ num_values: count }).optional(),
  data_page_header_v2: z
    .object({
      num_values: count,
      num_nulls: count,
      num_rows: count,
      encoding: z.string(),
      definition_levels_byte_length: bytes,
      repetition_levels_byte_length: bytes,
      is_compressed: z.boolean(),
    })
    .optional(),
})
type PageHeader = z.infer<typeof pageHeader>

type Unpack = (packed: Uint8Array, size: number) => Uint8Array

export interface ChunkShape {
  /** Values that the footer gives the chunk. */
  readonly values: number
  /** Of the column's place in the schema: levels are stored only where they are not 0. */
  readonly repetition: number
  readonly definition: number
  readonly isBoolean: boolean
  readonly unpack: Unpack
}

/** @throws Error where the pages of a chunk cannot be decoded within bounds */
export function checkPages(chunk: ArrayBuffer, shape: ChunkShape): void {
  const reader = { view: new DataView(chunk), offset: 0 }
  let values = 0
  let unpacked = 0
  while (reader.offset < chunk.byteLength - 1 && values < shape.values) {
    const header = pageHeader.parse(parquetHeader(reader))
    const end = reader.offset + header.compressed_page_size
    if (end > chunk.byteLength) throw new Error('a page ends after its column')
    unpacked += header.uncompressed_page_size
    if (unpacked > MAX_CHUNK_BYTES) throw new Error(`its pages unpack to more than ${MAX_CHUNK_BYTES} bytes`)
    const body = new Uint8Array(chunk, reader.offset, header.compressed_page_size)
    values += checkPage(header, body, shape)
    if (values > shape.values) throw new Error('its pages have more values than the footer says')
    reader.offset = end
  }
  if (values < shape.values) throw new Error('its pages have fewer values than the footer says')
}

function checkPage(header: PageHeader, body: Uint8Array, shape: ChunkShape): number {
  const { data_page_header: v1, data_page_header_v2: v2, dictionary_page_header: dictionary } = header
  if (header.type === 'DICTIONARY_PAGE') {
    // A value takes at least a bit, of booleans, which have no dictionary.
    if ((dictionary?.num_values ?? 0) > header.uncompressed_page_size)
      throw new Error('a dictionary has more values than bytes')
    return 0
  }
  if (header.type === 'DATA_PAGE' && v1 !== undefined) {
    const runs = new Runs(shape.unpack(body, header.uncompressed_page_size))
    for (const level of [shape.repetition, shape.definition])
      if (level > 0) runs.checkWithLength(32 - Math.clz32(level), v1.num_values)
    checkValues(runs, v1.encoding, v1.num_values, shape)
    return v1.num_values
  }
  if (header.type === 'DATA_PAGE_V2' && v2 !== undefined) {
    const { repetition_levels_byte_length: r, definition_levels_byte_length: d } = v2
    if (r + d > body.length || r + d > header.uncompressed_page_size || v2.num_nulls > v2.num_values)
      throw new Error('the levels of a page are longer than the page')
    if (shape.repetition > 0)
      new Runs(body.subarray(0, r)).check(32 - Math.clz32(shape.repetition), v2.num_values)
    if (shape.definition > 0)
      new Runs(body.subarray(r, r + d)).check(32 - Math.clz32(shape.definition), v2.num_values)
    const rest = body.subarray(r + d)
    const page = v2.is_compressed ? shape.unpack(rest, header.uncompressed_page_size - r - d) : rest
    checkValues(new Runs(page), v2.encoding, v2.num_values - v2.num_nulls, shape)
    return v2.num_values
  }
  return 0
}

function checkValues(runs: Runs, encoding: string, values: number, { isBoolean }: ChunkShape): void {
  if (values === 0) return
  if (encoding === 'RLE' && isBoolean) runs.checkWithLength(1, values)
  else if (encoding.endsWith('DICTIONARY')) {
    const width = runs.byte()
    if (width > 32) throw new Error(`a page has indices of ${width} bits`)
    if (width > 0) runs.check(width, values)
  } else if (encoding === 'DELTA_BINARY_PACKED') runs.checkDelta()
  else if (encoding !== 'PLAIN' && encoding !== 'BYTE_STREAM_SPLIT' && !encoding.startsWith('DELTA_'))
    throw new Error(`the encoding ${encoding} is not known`)
}

/** Runs of equal values and of packed bits, as the format's hybrid encoding has them. */
class Runs {
  private at = 0
  private readonly page: Uint8Array
  constructor(page: Uint8Array) {
    this.page = page
  }

  byte(): number {
    const byte = this.page[this.at]
    if (byte === undefined) throw new Error('a page ends early')
    this.at += 1
    return byte
  }

  private varint(): number {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte()
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
    }
    throw new Error('a length in a page has no end')
  }

  checkWithLength(bits: number, values: number): void {
    const length = this.byte() + this.byte() * 2 ** 8 + this.byte() * 2 ** 16 + this.byte() * 2 ** 24
    const end = this.at + length
    if (end > this.page.length) throw new Error('the levels of a page are longer than the page')
    this.check(bits, values)
    this.at = end
  }

  check(bits: number, values: number): void {
    // Of a column with nulls fewer values are stored than the page's count says; the decoder knows how many.
    for (let seen = 0; seen < values && this.at < this.page.length; ) {
      const header = this.varint()
      const isPacked = header % 2 === 1
      const runLength = isPacked ? Math.floor(header / 2) * 8 : header / 2
      // Packed runs are filled up to whole groups, of which writers may make blocks.
      if (runLength === 0 || runLength > values - seen + (isPacked ? 511 : 0))
        throw new Error(`a run of ${runLength} values stands where ${values - seen} are left`)
      this.at += isPacked ? (runLength / 8) * bits : Math.ceil(bits / 8)
      seen += runLength
    }
  }

  checkDelta(): void {
    const block = this.varint()
    const parts = this.varint()
    if (parts === 0 || block === 0 || block > 1 << 20 || block % parts !== 0)
      throw new Error(`a block of ${block} deltas in ${parts} parts`)
  }
}
