import type { Values } from '../datasets/meta.ts'

/*
 * NumPy's format (numpy.lib.format, version 1.0): "\x93NUMPY", two bytes of version, two bytes that count the header's, the
 * header as a Python literal filled with spaces so that the numbers begin at a multiple of 64 bytes, and the numbers,
 * little-endian, row-major.
 */

type Numbers = Values | Uint32Array | BigInt64Array

/** An array whose numbers come piece by piece. */
export interface NpyArray {
  readonly type: keyof typeof types
  readonly shape: readonly number[]
  readonly pieces: Iterable<Numbers>
}

const types = {
  uint8: ['|u1', 1],
  uint16: ['<u2', 2],
  uint32: ['<u4', 4],
  int64: ['<i8', 8],
  float32: ['<f4', 4],
  float64: ['<f8', 8],
} as const

/** Bytes of a file that are made at once, about. */
const pieceBytes = 1 << 20
const alignment = 64

/** Of the whole file. */
export function npyBytes(array: Pick<NpyArray, 'type' | 'shape'>): number {
  return headerOf(array).byteLength + sizeOf(array)
}

/** @throws Error where the pieces are not as long as the shape says */
export function* npy(array: NpyArray): Generator<Uint8Array> {
  yield headerOf(array)
  let written = 0
  for (const { buffer, byteOffset, byteLength } of array.pieces) {
    yield new Uint8Array(buffer, byteOffset, byteLength)
    written += byteLength
  }
  if (written !== sizeOf(array))
    throw new Error(`an array of shape ${array.shape.join(' × ')} has ${written} bytes of numbers`)
}

const sizeOf = ({ type, shape }: Pick<NpyArray, 'type' | 'shape'>): number =>
  shape.reduce((product, n) => product * n, types[type][1])

function headerOf({ type, shape }: Pick<NpyArray, 'type' | 'shape'>): Uint8Array {
  const axes = shape.length === 1 ? `${shape[0]},` : shape.join(', ')
  const text = `{'descr': '${types[type][0]}', 'fortran_order': False, 'shape': (${axes}), }`
  const before = 10
  const length = Math.ceil((before + text.length + 1) / alignment) * alignment - before
  const header = Buffer.alloc(before + length, ' ')
  header.write('\x93NUMPY\x01\x00', 'latin1')
  header.writeUInt16LE(length, 8)
  header.write(text, before, 'latin1')
  header.write('\n', before + length - 1, 'latin1')
  return header
}

/** Whole numbers as NumPy counts with them. */
export const int64s = (values: Iterable<number>): BigInt64Array => BigInt64Array.from(values, BigInt)

/**
 * Rows of an array, in an order of one's own.
 * @param values [*, width], row-major · @param rows which of them, in this order · @param shape of one row; empty: a number
 */
export function npyRows(
  values: Values | Uint32Array,
  rows: Uint32Array,
  shape: readonly number[] = [],
): Generator<Uint8Array> {
  return npy({ type: typeOf(values), shape: [rows.length, ...shape], pieces: rowsOf(values, rows, shape) })
}

function* rowsOf(values: Values | Uint32Array, rows: Uint32Array, shape: readonly number[]) {
  const width = shape.reduce((product, axis) => product * axis, 1)
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
  const rowBytes = width * values.BYTES_PER_ELEMENT
  const most = Math.max(1, Math.floor(pieceBytes / rowBytes))
  for (let start = 0; start < rows.length; start += most) {
    const own = rows.subarray(start, start + most)
    const piece = new Uint8Array(own.length * rowBytes)
    for (const [i, row] of own.entries())
      piece.set(bytes.subarray(row * rowBytes, (row + 1) * rowBytes), i * rowBytes)
    yield piece
  }
}

function typeOf(values: Values | Uint32Array): NpyArray['type'] {
  if (values instanceof Uint8Array) return 'uint8'
  if (values instanceof Uint16Array) return 'uint16'
  if (values instanceof Uint32Array) return 'uint32'
  return values instanceof Float32Array ? 'float32' : 'float64'
}
