import { crc32 } from 'node:zlib'

/*
 * Typed arrays in and out of blobs. SQLite is built for little-endian machines only here (all of Node's prebuilt
 * platforms are), so the bytes in memory are the bytes in the file.
 */

/** The array's bytes, not copied. */
export const bytesOf = (array: ArrayBufferView): Uint8Array =>
  Buffer.from(array.buffer, array.byteOffset, array.byteLength)

export function float64Of(bytes: Uint8Array): Float64Array<ArrayBuffer> {
  const { buffer, byteOffset, byteLength } = aligned(bytes, 8)
  return new Float64Array(buffer, byteOffset, byteLength / 8)
}

export function float32Of(bytes: Uint8Array): Float32Array<ArrayBuffer> {
  const { buffer, byteOffset, byteLength } = aligned(bytes, 4)
  return new Float32Array(buffer, byteOffset, byteLength / 4)
}

export function uint32Of(bytes: Uint8Array): Uint32Array<ArrayBuffer> {
  const { buffer, byteOffset, byteLength } = aligned(bytes, 4)
  return new Uint32Array(buffer, byteOffset, byteLength / 4)
}

export function uint16Of(bytes: Uint8Array): Uint16Array<ArrayBuffer> {
  const { buffer, byteOffset, byteLength } = aligned(bytes, 2)
  return new Uint16Array(buffer, byteOffset, byteLength / 2)
}

/** The driver may hand out a piece of a pool at any byte, but a typed array begins at a multiple of its element. */
function aligned(bytes: Uint8Array, size: number) {
  const { buffer, byteOffset, byteLength } = bytes
  if (buffer instanceof ArrayBuffer && byteOffset % size === 0) return { buffer, byteOffset, byteLength }
  return { buffer: new Uint8Array(bytes).buffer, byteOffset: 0, byteLength }
}

/** CRC-32 of texts and bytes one after another. Quick enough to look at all that is read: a gigabyte takes half a second. */
export function checksumOf(...parts: readonly (string | Uint8Array)[]): number {
  return parts.reduce<number>((sum, part) => crc32(part, sum), 0)
}
