import { createHash } from 'node:crypto'
import { type StartMessage, type TrainerEvent, trainerEvent } from '../../../shared/run/messages.ts'
import type { AttemptEnd, AttemptKey, PushAnswer } from '../../../shared/worker/protocol.ts'
import { Away, type Desk } from '../../../src-main/workerLink/desk.ts'
import { join } from '../../../src-main/workerLink/packed.ts'

/** A host in memory that goes by the protocol: one run, whose attempts it hands out, and what came of each. */
export interface MemoryDesk extends Desk {
  /** What is stored of the run, in order: that of a new attempt goes on where the state of the old one was. */
  readonly events: TrainerEvent[]
  readonly ends: AttemptEnd[]
  readonly superseded: number[]
  /** Bytes of blobs that came. */
  readonly received: { blobs: number }
  /** Throws to be away. */
  check: (method: string) => void
  /** Ends the attempt under way, as a host does that gave the run to another. */
  fence(reason: string): void
  /** As a host does with the parts of what it has stored. */
  forgetBlobs(): void
  /** Starts the next attempt from the last state. */
  nextStart(): StartMessage
}

export function createMemoryDesk(first: StartMessage): MemoryDesk {
  let attempt = 0
  let lastSeq = -1
  let over: string | undefined
  const blobs = new Map<string, Uint8Array>()
  const events: TrainerEvent[] = []
  const ends: AttemptEnd[] = []
  const superseded: number[] = []
  const isLive = (key: AttemptKey): boolean => over === undefined && key.attempt === attempt

  const fencing = (): PushAnswer => ({ type: 'fenced', reason: over ?? 'it has another attempt' })
  const desk: MemoryDesk = {
    events,
    ends,
    superseded,
    received: { blobs: 0 },
    check: () => undefined,
    fence(reason) {
      over = reason
    },
    forgetBlobs: () => blobs.clear(),
    nextStart() {
      attempt++
      lastSeq = -1
      over = undefined
      blobs.clear()
      const state = events.findLast(
        (event) => event.type === 'checkpoint' || event.type === 'snapshot',
      )?.state
      const done = state?.position.stepsDone ?? 0
      // As the store does: what a later attempt trains again is stored once.
      const kept = events.filter(
        (event) =>
          !(event.type === 'metrics' && event.firstStep >= done) &&
          !(event.type === 'epoch' && event.step >= done),
      )
      events.splice(0, events.length, ...kept)
      return { ...first, attempt, ...(state && { state }) }
    },
    async attend() {
      throw new Away('there is nobody')
    },
    async start() {
      desk.check('start')
      return { type: 'start', start: desk.nextStart(), device: 'simd' }
    },
    async missingBlobs(_, sha256) {
      desk.check('missingBlobs')
      return sha256.filter((each) => !blobs.has(each))
    },
    async putBlob(_, sha256, bytes) {
      desk.check('putBlob')
      if (createHash('sha256').update(bytes).digest('hex') !== sha256) throw new Away('damaged')
      desk.received.blobs += bytes.byteLength
      blobs.set(sha256, bytes)
    },
    async push(key, pushed) {
      desk.check('push')
      if (!isLive(key)) return fencing()
      const first = pushed[0]
      if (first !== undefined && first.seq > lastSeq + 1) return { type: 'gap', wanted: lastSeq + 1 }
      for (const { seq, text, parts } of pushed) {
        if (seq <= lastSeq) continue
        const missing = parts.filter((part) => 'sha256' in part && !blobs.has(part.sha256))
        if (missing.length > 0)
          return { type: 'blobsWanted', sha256: missing.map((part) => ('sha256' in part ? part.sha256 : '')) }
        const value = join(
          text,
          parts.map((part) => ('bytes' in part ? part.bytes : (blobs.get(part.sha256) ?? new Uint8Array()))),
        )
        lastSeq = seq
        if (isSuperseded(value)) superseded.push(seq)
        else {
          const event = trainerEvent.parse(value)
          events.push(event)
          if (event.type === 'ended') over = `the run is ${event.status}`
        }
      }
      // After its answer the cut: what was stored is not known to have been.
      desk.check('pushed')
      return { type: 'stored', lastSeq }
    },
    async end(end) {
      desk.check('end')
      if (!isLive(end)) return fencing()
      if (end.lastSeq > lastSeq) return { type: 'gap', wanted: lastSeq + 1 }
      ends.push(end)
      over = `its attempt ended: ${end.reason}`
      return { type: 'stored', lastSeq }
    },
    async datasetManifest() {
      throw new Away('there is none')
    },
    async *datasetFile() {
      yield* []
      throw new Away('there is none')
    },
  }
  return desk
}

const isSuperseded = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'type' in value && value.type === 'superseded'

/** Every step that is stored, in the order in which it is. */
export const stepsOf = (events: readonly TrainerEvent[]): number[] =>
  events.flatMap((event) =>
    event.type === 'metrics' ? Array.from(event.columns.loss ?? [], (_, i) => event.firstStep + i) : [],
  )
