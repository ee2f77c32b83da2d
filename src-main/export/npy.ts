/*
 * NumPy's format (numpy.lib.format, version 1.0): "\x93NUMPY", two bytes of version, two bytes that count the header's, the
 * header as a Python literal filled with spaces so that the numbers begin at a multiple of 64 bytes, and the numbers,
 * little-endian, row-major.
 */

/** An array whose numbers come piece by piece. */
export interface NpyArray {
  readonly type: 'float32' | 'float64' | 'int64'
  readonly shape: readonly number[]
  readonly pieces: Iterable<Float32Array | Float64Array | BigInt64Array>
}

const types = { float32: ['<f4', 4], float64: ['<f8', 8], int64: ['<i8', 8] } as const
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
