import { readSync } from 'node:fs'
import { crc32c } from '@aws-crypto/crc32c'

/*
 * TFRecords, as tensorflow/core/lib/io/record_writer.h frames them: length (8 bytes), its masked CRC-32C, the data, the
 * data's masked CRC-32C; all little-endian.
 */

const HEADER = 12
const FOOTER = 4

/** Bytes. A record of scalars is far smaller; what is larger (images, graphs) is stepped over unread. */
const MOST_READ = 8 * 2 ** 20

export interface RecordEnd {
  /** Where the next record begins, or the damage. */
  readonly offset: number
  /** end: all is read. unfinished: a record is cut off, and may still be written. damaged: no record begins here. */
  readonly state: 'end' | 'unfinished' | 'damaged'
  /** Records whose data do not have the sum that is told with them; they are left out. */
  readonly broken: number
}

/**
 * Reads records one after the other, never more than one in memory.
 * @param size of the file, bytes · @param from where a record begins
 */
export function* records(
  fd: number,
  size: number,
  from: number,
): Generator<{ readonly data: Uint8Array; readonly next: number }, RecordEnd> {
  let offset = from
  let broken = 0
  const header = Buffer.alloc(HEADER)
  while (offset < size) {
    if (size - offset < HEADER || !fill(fd, header, offset)) return { offset, state: 'unfinished', broken }
    if (header.readUInt32LE(8) !== maskedCrc(header.subarray(0, 8)))
      return { offset, state: 'damaged', broken }
    const length = header.readBigUInt64LE(0)
    if (length > BigInt(size - offset - HEADER - FOOTER)) return { offset, state: 'unfinished', broken }
    const next = offset + HEADER + Number(length) + FOOTER
    if (length <= BigInt(MOST_READ)) {
      const record = Buffer.alloc(Number(length) + FOOTER)
      if (!fill(fd, record, offset + HEADER)) return { offset, state: 'unfinished', broken }
      const data = record.subarray(0, Number(length))
      if (record.readUInt32LE(Number(length)) === maskedCrc(data)) yield { data, next }
      else broken += 1
    }
    offset = next
  }
  return { offset, state: 'end', broken }
}

function fill(fd: number, into: Buffer, at: number): boolean {
  let done = 0
  while (done < into.length) {
    const got = readSync(fd, into, done, into.length - done, at + done)
    if (got === 0) return false
    done += got
  }
  return true
}

function maskedCrc(data: Uint8Array): number {
  const crc = crc32c(data)
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0
}
