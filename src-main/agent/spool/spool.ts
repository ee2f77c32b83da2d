import { constants } from 'node:fs'
import { unlink } from 'node:fs/promises'
import path from 'node:path'
import { wordsOf } from '../../../shared/errors.ts'
import type { TrainerEvent } from '../../../shared/run/messages.ts'
import type { AttemptKey } from '../../../shared/worker/protocol.ts'
import { reasonOf } from '../../datasets/storageTrouble.ts'
import { syncFolder } from '../../syncFolder.ts'
import type { SpooledEvent } from '../../workerLink/desk.ts'
import { openBlobs } from './blobs.ts'
import { isPlainFolder, makeFolder, openPlain } from './durable.ts'
import { createLine } from './line.ts'
import { readEvents } from './readEvents.ts'
import { type BlobRef, type EncodedEvent, type EventHead, encodeEvent, encodeNote } from './record.ts'
import { type Entry, entryOf, findRecords, segmentName } from './segments.ts'
import { removeSpool } from './spools.ts'

/*
 * What a trainer has said and its host has not acknowledged yet, on the worker's disk:
 *
 *   <run>/<attempt>/segment-000000000000.log   records, each with its crc32; a new file every megabyte
 *                   blobs/<sha256>             large parts
 *
 *   events ─► blobs written, flushed, renamed ─► records written, flushed ─► onStored ─► (push) ─► acknowledge: they go
 *
 * A checkpoint that a later state has taken the place of, on the disk, loses its blobs: a note says so first.
 */

export interface SpoolListener {
  /** Everything up to this event is on the disk. */
  onStored(lastSeq: number): void
  /** Why nothing can be written now (the disk is full), in words; undefined: it can again. Nothing is lost meanwhile. */
  onTrouble(reason: string | undefined): void
}

export interface Spool {
  readonly folder: string
  /** The last event on the disk; -1 for none. */
  readonly lastSeq: number
  /** The oldest event that is still there; lastSeq + 1 where there is none. */
  readonly firstSeq: number
  /** Whether the trainer's last word is on the disk. */
  readonly hasEnded: boolean
  /** What is broken, in words; the events up to `lastSeq` are whole. */
  readonly damage: string | undefined
  append(event: TrainerEvent): void
  /** Resolves when all that was appended is on the disk, or the spool was closed. */
  settled(): Promise<void>
  /** Events from that one on, as many as fit, at least one if it is there. @throws Error for damage, in words */
  read(from: number, most: { readonly events: number; readonly bytes: number }): Promise<SpooledEvent[]>
  /** @throws Error for one that is gone or damaged */
  blob(ref: BlobRef): Promise<Uint8Array>
  /** The host has stored everything up to this event. */
  acknowledge(upTo: number): Promise<void>
  /** What could not be written yet is given up. */
  close(): Promise<void>
  /** Closes it and removes it from the disk. */
  clear(): Promise<void>
}

const segmentBytes = 2 ** 20
/** Events that are written and flushed together. */
const batchBytes = 64 * 2 ** 20

/** Opens the spool of an attempt, a new one where there is none, and mends what a kill left half done. */
export async function openSpool(
  folder: string,
  { runId, attempt }: AttemptKey,
  { onStored, onTrouble }: SpoolListener,
  retryAfter: () => number,
): Promise<Spool> {
  await makeFolder(folder)
  if (!(await isPlainFolder(folder))) throw new Error(`${folder} is no folder`)
  const found = await findRecords(folder)
  const { entries } = found
  let { damage } = found
  let current = found.current
  const files = [...found.files]
  const blobs = await openBlobs(path.join(folder, 'blobs'))
  for (const { blobs: refs, isSuperseded } of entries) if (!isSuperseded) blobs.use(refs)
  if (damage === undefined) await blobs.sweep()
  let lastSeq = entries.at(-1)?.seq ?? -1
  let hasEnded = entries.at(-1)?.type === 'ended'

  let waiting: TrainerEvent[] = []
  let isClosed = false
  /** Whatever changes files goes one after another. */
  const line = createLine()

  const within = (file: string): string => path.join(folder, file)
  const entryAt = (seq: number): Entry | undefined => entries[seq - (entries[0]?.seq ?? 0)]

  async function segmentFor(firstSeq: number): Promise<{ file: string; size: number }> {
    if (current !== undefined && current.size < segmentBytes) return current
    const file = segmentName(firstSeq)
    await using made = await openPlain(within(file), constants.O_WRONLY | constants.O_CREAT)
    // A try that failed may have left some of it.
    await made.truncate(0)
    await syncFolder(folder)
    if (!files.includes(file)) files.push(file)
    current = { file, size: 0 }
    return current
  }

  /** Writes them at the end of the last segment. @throws what the system says; then nothing of it counts */
  async function store(batch: readonly EncodedEvent[]): Promise<void> {
    await blobs.put(batch.flatMap((each) => each.blobs))
    const first = batch[0]
    if (first === undefined) return
    const segment = await segmentFor(first.head.seq)
    const { superseded, outdated } = supersededBy(batch)
    const records = [...batch.map(({ record }) => record), ...superseded.map(({ seq }) => encodeNote(seq))]
    const bytes = Buffer.concat(records)
    {
      await using handle = await openPlain(within(segment.file), constants.O_RDWR)
      await handle.truncate(segment.size)
      for (let done = 0; done < bytes.byteLength; )
        done += (await handle.write(bytes, done, bytes.byteLength - done, segment.size + done)).bytesWritten
      await handle.datasync()
    }
    let at = segment.size
    for (const { head, record } of batch) {
      remember(head, segment.file, at, record.byteLength)
      at += record.byteLength
    }
    current = { file: segment.file, size: segment.size + bytes.byteLength }
    for (const entry of entries.filter(({ seq }) => outdated.has(seq))) {
      entry.isSuperseded = true
      // What cannot be removed is swept when the spool is opened again: the records stand, and must not be written twice.
      await blobs.release(entry.blobs).catch(() => undefined)
    }
  }

  function remember(head: EventHead, file: string, at: number, size: number): void {
    const entry = entryOf(head, file, at, size)
    entries.push(entry)
    blobs.use(entry.blobs)
    lastSeq = head.seq
    if (head.type === 'ended') hasEnded = true
  }

  /** Checkpoints before the last state of these, that the host has not got. */
  function supersededBy(batch: readonly EncodedEvent[]) {
    const newest = batch.findLast(({ head }) => head.type === 'checkpoint' || head.type === 'snapshot')?.head
    const before = [...entries, ...batch.map(({ head }) => ({ ...head, isSuperseded: false }))]
    const superseded =
      newest === undefined
        ? []
        : before.filter(
            ({ seq, type, isSuperseded }) => type === 'checkpoint' && !isSuperseded && seq < newest.seq,
          )
    return { superseded, outdated: new Set(superseded.map(({ seq }) => seq)) }
  }

  let trouble: string | undefined
  /** Events that are tried together. */
  let atMost = Number.POSITIVE_INFINITY
  let again: NodeJS.Timeout | undefined
  let settlers: (() => void)[] = []
  function settle(): void {
    for (const each of settlers) each()
    settlers = []
  }

  /** Writes what waits. A disk that refuses is tried again later: acknowledgements make room meanwhile. */
  async function writeAll(): Promise<void> {
    clearTimeout(again)
    again = undefined
    while (waiting.length > 0 && !isClosed) {
      const batch = nextBatch()
      try {
        await store(batch)
      } catch (error) {
        await makeRoom()
        if (isClosed) break
        atMost = Math.ceil(batch.length / 2)
        // All of it may never fit at once: what comes first is to go to the host and make room for the rest.
        if (batch.length > 1) continue
        const words = reasonOf(error)
        if (words !== trouble) onTrouble(words)
        trouble = words
        again = setTimeout(() => void line.next(writeAll), retryAfter())
        return
      }
      waiting = waiting.slice(batch.length)
      atMost = Math.max(atMost, 2 * batch.length)
      onStored(lastSeq)
    }
    // Not before all of it stands there: who stands still for it would else add to what does not fit.
    if (trouble !== undefined && !isClosed) onTrouble(undefined)
    trouble = undefined
    settle()
  }

  /** Of a batch that failed nothing stays but what a record names. */
  async function makeRoom(): Promise<void> {
    if (damage === undefined) await blobs.sweep().catch(() => undefined)
    await dropAcknowledged().catch(() => undefined)
  }

  /** The last segment stays while more can be added to it. On a full disk it gives its room, where the host has all of it. */
  async function dropAcknowledged(): Promise<void> {
    if (entries.length > 0 || current === undefined) return
    const { file } = current
    current = undefined
    files.splice(files.indexOf(file), 1)
    await unlink(within(file))
  }

  async function close(): Promise<void> {
    isClosed = true
    clearTimeout(again)
    await line.idle()
    settle()
  }

  function nextBatch(): EncodedEvent[] {
    const batch: EncodedEvent[] = []
    let bytes = 0
    for (const event of waiting) {
      const encoded = encodeEvent(event)
      batch.push(encoded)
      bytes += encoded.blobs.reduce((sum, { ref }) => sum + ref.length, encoded.record.byteLength)
      if (bytes > batchBytes || batch.length >= atMost) break
    }
    return batch
  }

  return {
    folder,
    get lastSeq() {
      return lastSeq
    },
    get firstSeq() {
      return entries[0]?.seq ?? lastSeq + 1
    },
    get hasEnded() {
      return hasEnded
    },
    get damage() {
      return damage
    },
    append(event) {
      waiting.push(event)
      if (waiting.length === 1) void line.next(writeAll)
    },
    settled: () =>
      new Promise((resolve) => {
        if (waiting.length === 0 || isClosed) return resolve()
        settlers.push(resolve)
      }),
    async read(from, { events, bytes }) {
      const wanted: Entry[] = []
      for (let seq = from, size = 0; wanted.length < events && size < bytes; seq++) {
        const entry = entryAt(seq)
        if (entry === undefined) break
        wanted.push(entry)
        size += entry.size
      }
      try {
        return await readEvents(folder, wanted, { runId, attempt })
      } catch (error) {
        damage = wordsOf(error)
        throw error
      }
    },
    blob: (ref) => blobs.read(ref),
    acknowledge: (upTo) =>
      line.next(async () => {
        for (let first = entries[0]; first !== undefined && first.seq <= upTo; first = entries[0]) {
          entries.shift()
          if (!first.isSuperseded) await blobs.release(first.blobs)
        }
        const needed = new Set([...entries.map(({ file }) => file), current?.file])
        for (const file of files.filter((each) => !needed.has(each))) {
          await unlink(within(file))
          files.splice(files.indexOf(file), 1)
        }
      }),
    close,
    async clear() {
      await close()
      await removeSpool(folder)
    },
  }
}
