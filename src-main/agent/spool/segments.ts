import { constants } from 'node:fs'
import { readdir, truncate } from 'node:fs/promises'
import path from 'node:path'
import { wordsOf } from '../../../shared/errors.ts'
import { openPlain } from './durable.ts'
import { type BlobRef, type DecodedRecord, decodeRecord, type EventHead, hasRecordAfter } from './record.ts'

/** Where an event of a spool lies. */
export interface Entry {
  readonly seq: number
  /** As the event says it. */
  readonly type: string
  /** Its segment's file, and the bytes of its record there. */
  readonly file: string
  readonly at: number
  readonly size: number
  readonly blobs: readonly BlobRef[]
  isSuperseded: boolean
}

/** What stands in the segments of a spool. */
export interface Found {
  readonly entries: Entry[]
  /** The last segment, to which more can be added; undefined where there is none. */
  readonly current: { readonly file: string; readonly size: number } | undefined
  /** Names of all segments, the oldest first. */
  readonly files: readonly string[]
  /** What is broken, in words: the events before it are whole. */
  readonly damage: string | undefined
}

const name = /^segment-(\d{12})\.log$/
/** Far above what is ever written: a segment is closed at a megabyte, and one batch may come on top. */
const mostBytes = 512 * 2 ** 20

export const segmentName = (firstSeq: number): string => `segment-${String(firstSeq).padStart(12, '0')}.log`

export const entryOf = (head: EventHead, file: string, at: number, size: number): Entry => ({
  seq: head.seq,
  type: head.type,
  file,
  at,
  size,
  blobs: head.parts.filter((part) => 'sha256' in part),
  isSuperseded: false,
})

/**
 * Reads every record. What a kill tore off at the end is cut away; whatever else is broken is damage.
 * @param mends false: only looks  @throws what the system says of a folder that cannot be read
 */
export async function findRecords(folder: string, mends = true): Promise<Found> {
  const files = (await readdir(folder)).filter((each) => name.test(each)).sort()
  const entries: Entry[] = []
  let size = 0
  for (const file of files) {
    const isLast = file === files.at(-1)
    const read = await readSegment(folder, file).catch((error: unknown) => unreadable(file, error))
    if (typeof read === 'string') return { entries, current: undefined, files, damage: read }
    const end = take(read, file, entries)
    size = end.at
    if (end.at === read.byteLength) continue
    if (end.broken !== undefined || !isLast || hasRecordAfter(read, end.at))
      return {
        entries,
        current: undefined,
        files,
        damage: `${file} is damaged at byte ${end.at}${end.broken === undefined ? '' : ` (${end.broken})`}`,
      }
    if (mends) await truncate(path.join(folder, file), end.at)
  }
  const last = files.at(-1)
  return { entries, files, damage: undefined, current: last === undefined ? undefined : { file: last, size } }
}

/** Adds the records of a segment to the entries. @returns where the whole ones end, and what rule the next one breaks */
function take(bytes: Buffer, file: string, entries: Entry[]): { at: number; broken?: string } {
  let at = 0
  for (;;) {
    const record = at < bytes.byteLength ? decodeRecord(bytes, at) : undefined
    if (record === undefined) return { at }
    const broken = add(record, file, at, entries)
    if (broken !== undefined) return { at, broken }
    at += record.size
  }
}

function add({ head, size }: DecodedRecord, file: string, at: number, entries: Entry[]): string | undefined {
  if (head.kind === 'superseded') {
    // One that is not there any more has been acknowledged meanwhile.
    const entry = entries.find(({ seq }) => seq === head.seq)
    if (entry !== undefined && entry.type !== 'checkpoint') return `event ${head.seq} is no checkpoint`
    if (entry !== undefined) entry.isSuperseded = true
    return undefined
  }
  const before = entries.at(-1)?.seq
  if (before !== undefined && head.seq !== before + 1) return `event ${head.seq} follows event ${before}`
  entries.push(entryOf(head, file, at, size))
  return undefined
}

async function readSegment(folder: string, file: string): Promise<Buffer> {
  await using handle = await openPlain(path.join(folder, file), constants.O_RDONLY)
  const { size } = await handle.stat()
  if (size > mostBytes) throw new Error(`it has ${size} bytes`)
  return handle.readFile()
}

const unreadable = (file: string, error: unknown): string => `${file} cannot be read (${wordsOf(error)})`
