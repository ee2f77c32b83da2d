import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { z } from 'zod'
import type { TrainerEvent } from '../../../shared/run/messages.ts'
import { sha256 } from '../../../shared/worker/protocol.ts'
import { separate } from '../../workerLink/packed.ts'

/*
 * A record of a segment, numbers little-endian:
 *
 *   mark (4 bytes) · uint32 length of the body · uint32 crc32 of the body · body
 *   body: uint32 length of the head · head (JSON) · text of the event (UTF-8) · its small parts, one after another
 *
 * A large part is a file of its own, which the head names by sha256. A note that a checkpoint is superseded has a head alone.
 */

/** Parts from that size on are files of their own. */
const blobFrom = 4096
/** What a record may take: small parts and text. Anything larger is damage. */
const mostBody = 64 * 2 ** 20
/** What a part may take: far above the largest tensor that can be trained. */
const mostBlob = 8 * 2 ** 30
const frameBytes = 12
const mark = 0x31534e41

const blobRef = z.strictObject({ sha256, length: z.int().min(blobFrom).max(mostBlob) })
export type BlobRef = z.infer<typeof blobRef>

const head = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('event'),
    seq: z.int().min(0),
    /** As the event says it. */
    type: z.string().max(40),
    text: z.int().min(0).max(mostBody),
    parts: z.array(z.strictObject({ inline: z.int().min(0).max(blobFrom) }).or(blobRef)),
  }),
  z.strictObject({ kind: z.literal('superseded'), seq: z.int().min(0) }),
])
export type RecordHead = z.infer<typeof head>
export type EventHead = Extract<RecordHead, { kind: 'event' }>

export interface EncodedEvent {
  readonly head: EventHead
  readonly record: Uint8Array
  /** Large parts, by their sha256. */
  readonly blobs: readonly { readonly ref: BlobRef; readonly bytes: Uint8Array }[]
}

export function encodeEvent(event: TrainerEvent): EncodedEvent {
  const { text, parts } = separate(event)
  const bytes = Buffer.from(text)
  const blobs: { ref: BlobRef; bytes: Uint8Array }[] = []
  const inline: Uint8Array[] = []
  const described = parts.map((part) => {
    if (part.byteLength < blobFrom) {
      inline.push(part)
      return { inline: part.byteLength }
    }
    const ref = { sha256: digestOf(part), length: part.byteLength }
    blobs.push({ ref, bytes: part })
    return ref
  })
  const head: EventHead = {
    kind: 'event',
    seq: event.seq,
    type: event.type,
    text: bytes.byteLength,
    parts: described,
  }
  return { head, record: framed(head, [bytes, ...inline]), blobs }
}

export const encodeNote = (seq: number): Uint8Array => framed({ kind: 'superseded', seq }, [])

export const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

function framed(head: RecordHead, rest: readonly Uint8Array[]): Uint8Array {
  const headBytes = Buffer.from(JSON.stringify(head))
  const size = Buffer.alloc(4)
  size.writeUInt32LE(headBytes.byteLength)
  const body = Buffer.concat([size, headBytes, ...rest])
  const frame = Buffer.alloc(frameBytes)
  frame.writeUInt32LE(mark, 0)
  frame.writeUInt32LE(body.byteLength, 4)
  frame.writeUInt32LE(crc32(body), 8)
  return Buffer.concat([frame, body])
}

export interface DecodedRecord {
  readonly head: RecordHead
  /** Bytes of the whole record. */
  readonly size: number
  readonly text: string
  readonly inline: readonly Uint8Array[]
}

/** @returns undefined where no whole record begins at that byte */
export function decodeRecord(bytes: Buffer, at: number): DecodedRecord | undefined {
  if (at + frameBytes > bytes.byteLength || bytes.readUInt32LE(at) !== mark) return undefined
  const length = bytes.readUInt32LE(at + 4)
  const start = at + frameBytes
  if (length < 4 || length > mostBody || start + length > bytes.byteLength) return undefined
  const body = bytes.subarray(start, start + length)
  if (crc32(body) !== bytes.readUInt32LE(at + 8)) return undefined
  const headEnd = 4 + body.readUInt32LE(0)
  if (headEnd > length) return undefined
  const found = readHead(body.subarray(4, headEnd))
  if (found === undefined) return undefined
  const size = frameBytes + length
  if (found.kind === 'superseded')
    return headEnd === length ? { head: found, size, text: '', inline: [] } : undefined
  let next = headEnd + found.text
  const inline: Uint8Array[] = []
  for (const part of found.parts) {
    if (!('inline' in part)) continue
    inline.push(body.subarray(next, next + part.inline))
    next += part.inline
  }
  if (next !== length) return undefined
  return { head: found, size, text: body.toString('utf8', headEnd, headEnd + found.text), inline }
}

function readHead(bytes: Buffer): RecordHead | undefined {
  try {
    return head.parse(JSON.parse(bytes.toString('utf8')))
  } catch {
    return undefined
  }
}

/** Whether a whole record stands anywhere after that byte: then what is broken there is no torn end. */
export function hasRecordAfter(bytes: Buffer, at: number): boolean {
  const sought = Buffer.alloc(4)
  sought.writeUInt32LE(mark)
  for (let found = bytes.indexOf(sought, at + 1); found >= 0; found = bytes.indexOf(sought, found + 1))
    if (decodeRecord(bytes, found) !== undefined) return true
  return false
}
