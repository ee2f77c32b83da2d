import { crc32 } from 'node:zlib'
import { UserError } from '../../shared/errors.ts'
import { type NpyArray, npy, npyBytes } from './npy.ts'

/*
 * What numpy.savez writes: a ZIP archive of .npy files that are stored as they are (PKWARE's APPNOTE 6.3, 4.3). The sum of an
 * entry is known only after its bytes, so it follows them in a data descriptor (bit 3 of the flags).
 */

const sumFollows = 0x0008
const version = 20
/** 1980-01-01, the earliest a ZIP can tell: the same arrays are the same bytes. */
const date = 0x0021
/** Sizes and places are told in 32 bits. */
const most = 0xffff_ffff

interface Entry {
  readonly name: Buffer
  readonly crc: number
  readonly bytes: number
  readonly at: number
}

/**
 * @param arrays by their names, of ASCII
 * @throws UserError when they are larger than an archive can tell
 */
export function* npz(arrays: Readonly<Record<string, NpyArray>>): Generator<Uint8Array> {
  refuseTooLarge(arrays)
  const entries: Entry[] = []
  let at = 0
  const placed = (chunk: Uint8Array): Uint8Array => {
    at += chunk.byteLength
    return chunk
  }
  for (const [key, array] of Object.entries(arrays)) {
    const name = Buffer.from(`${key}.npy`, 'latin1')
    const start = at
    yield placed(
      record(
        0x0403_4b50,
        [
          [version, sumFollows, 0, 0, date],
          [0, 0, 0],
          [name.length, 0],
        ],
        name,
      ),
    )
    let [crc, bytes] = [0, 0]
    for (const chunk of npy(array)) {
      crc = crc32(chunk, crc)
      bytes += chunk.byteLength
      yield placed(chunk)
    }
    entries.push({ name, crc, bytes, at: start })
    yield placed(record(0x0807_4b50, [[], [crc, bytes, bytes], []]))
  }
  yield* directory(entries, at)
}

function* directory(entries: readonly Entry[], start: number): Generator<Uint8Array> {
  let bytes = 0
  for (const { name, crc, bytes: size, at } of entries) {
    // Extra field, comment, disk and attributes: none. The last 4 shorts are 2 of them and the attributes' 32 bits.
    const shorts = [name.length, 0, 0, 0, 0, 0, 0]
    const place = Buffer.alloc(4)
    place.writeUInt32LE(at)
    const entry = record(
      0x0201_4b50,
      [[version, version, sumFollows, 0, 0, date], [crc, size, size], shorts],
      Buffer.concat([place, name]),
    )
    bytes += entry.byteLength
    yield entry
  }
  yield record(0x0605_4b50, [[0, 0, entries.length, entries.length], [bytes, start], [0]])
}

/** A signature, then numbers of 16, of 32 and of 16 bits, little-endian. */
function record(
  signature: number,
  [first = [], longs = [], last = []]: readonly (readonly number[])[],
  rest: Buffer = Buffer.alloc(0),
): Uint8Array {
  const out = Buffer.alloc(4 + 2 * first.length + 4 * longs.length + 2 * last.length)
  let at = out.writeUInt32LE(signature)
  for (const value of first) at = out.writeUInt16LE(value, at)
  for (const value of longs) at = out.writeUInt32LE(value, at)
  for (const value of last) at = out.writeUInt16LE(value, at)
  return Buffer.concat([out, rest])
}

function refuseTooLarge(arrays: Readonly<Record<string, NpyArray>>): void {
  const bytes = Object.values(arrays).reduce((sum, array) => sum + npyBytes(array) + 256, 0)
  if (bytes <= most) return
  throw new UserError(
    `While writing an .npz file: its arrays come to ${bytes} bytes, and a file of its kind tells at most ${most}; write .npy or Parquet.`,
  )
}
