import type { Values } from '../datasets/meta.ts'

/** What an array of NumPy's may hold here, with its `descr`. */
type NpyValues = Values | Uint32Array

const descrOf = (values: NpyValues): string => {
  if (values instanceof Uint8Array) return '|u1'
  if (values instanceof Uint16Array) return '<u2'
  if (values instanceof Uint32Array) return '<u4'
  return values instanceof Float32Array ? '<f4' : '<f8'
}

/** Bytes of a file that are made at once, about. */
const PIECE_BYTES = 1 << 20

/**
 * Rows of an array as a .npy file, version 1.0 (numpy.lib.format): C order, little-endian, as this machine is.
 * @param values [*, width], row-major · @param rows which of them, in this order · @param shape of one row; empty: a number
 */
export function* npy(
  values: NpyValues,
  rows: Uint32Array,
  shape: readonly number[] = [],
): Generator<Uint8Array> {
  const axes = [rows.length, ...shape]
  const dict = `{'descr': '${descrOf(values)}', 'fortran_order': False, 'shape': (${axes.join(', ')}${axes.length === 1 ? ',' : ''}), }`
  // The data begin at a multiple of 64 bytes; 10 are before the text.
  const text = `${dict.padEnd(Math.ceil((dict.length + 11) / 64) * 64 - 11)}\n`
  const head = Buffer.alloc(10)
  head.write('\x93NUMPY\x01\x00', 'latin1')
  head.writeUInt16LE(text.length, 8)
  yield Buffer.concat([head, Buffer.from(text, 'latin1')])
  const width = shape.reduce((product, axis) => product * axis, 1)
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
  const rowBytes = width * values.BYTES_PER_ELEMENT
  const most = Math.max(1, Math.floor(PIECE_BYTES / rowBytes))
  for (let start = 0; start < rows.length; start += most) {
    const own = rows.subarray(start, start + most)
    const piece = new Uint8Array(own.length * rowBytes)
    for (const [i, row] of own.entries())
      piece.set(bytes.subarray(row * rowBytes, (row + 1) * rowBytes), i * rowBytes)
    yield piece
  }
}
