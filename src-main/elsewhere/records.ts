import { readSync } from 'node:fs'
import { crc32c } from '@aws-crypto/crc32c'

/*
 * TFRecords, as tensorflow/core/lib/io/record_writer.h frames them: length (8 bytes), its masked CRC-32C, the data, the
 * data's masked CRC-32C; all little-endian.
 */

const HEADER = 12
const FOOTER = 4

/** Bytes. A record of scalars is far smaller; what is larger (images, graphs) is stepped over unread: as objects its fields may take a hundred times as much. */
const MOST_READ = 2 ** 19

/** Bytes read at once: scalars take some fifty each. */
const WINDOW = 2 ** 16

export interface RecordEnd {
  /** Where the next record begins, or the damage. */
  readonly offset: number
  /** end: all is read. unfinished: a record is cut off, and may still be written. damaged: no record begins here. */
  readonly state: 'end' | 'unfinished' | 'damaged'
}

export interface ReadRecord {
  /**
   * Valid until the next one is asked for. Undefined where they do not have the sum that is told with them, or are more than
   * any scalars take.
   */
  readonly data: Uint8Array | undefined
  readonly isBroken: boolean
  readonly next: number
}

/**
 * Reads records one after the other, never more than one in memory.
 * @param size of the file, bytes · @param from where a record begins
 */
export function* records(fd: number, size: number, from: number): Generator<ReadRecord, RecordEnd> {
  const bytesAt = createWindow(fd, size)
  let offset = from
  while (offset < size) {
    const header = bytesAt(offset, HEADER)
    if (header === undefined) return { offset, state: 'unfinished' }
    if (header.readUInt32LE(8) !== maskedCrc(header.subarray(0, 8))) return { offset, state: 'damaged' }
    const length = header.readBigUInt64LE(0)
    if (length > BigInt(size - offset - HEADER - FOOTER)) return { offset, state: 'unfinished' }
    const next = offset + HEADER + Number(length) + FOOTER
    if (length > BigInt(MOST_READ)) yield { data: undefined, isBroken: false, next }
    else {
      const record = bytesAt(offset + HEADER, Number(length) + FOOTER)
      if (record === undefined) return { offset, state: 'unfinished' }
      const data = record.subarray(0, Number(length))
      const isBroken = record.readUInt32LE(Number(length)) !== maskedCrc(data)
      yield { data: isBroken ? undefined : data, isBroken, next }
    }
    offset = next
  }
  return { offset, state: 'end' }
}

/** @returns gives bytes of the file, valid until the next call; undefined where it does not have as many */
function createWindow(fd: number, size: number): (offset: number, length: number) => Buffer | undefined {
  let window = Buffer.alloc(0)
  let start = 0
  return (offset, length) => {
    if (offset + length > size) return undefined
    if (offset < start || offset + length > start + window.length) {
      const wanted = Math.min(Math.max(WINDOW, length), size - offset)
      const bytes = Buffer.allocUnsafe(wanted)
      window = bytes.subarray(0, fill(fd, bytes, offset))
      start = offset
    }
    const at = offset - start
    return at + length > window.length ? undefined : window.subarray(at, at + length)
  }
}

/** @returns how many bytes there were: the file may have been cut since its size was looked at */
function fill(fd: number, into: Buffer, at: number): number {
  let done = 0
  while (done < into.length) {
    const got = readSync(fd, into, done, into.length - done, at + done)
    if (got === 0) break
    done += got
  }
  return done
}

function maskedCrc(data: Uint8Array): number {
  const crc = crc32c(data)
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0
}
