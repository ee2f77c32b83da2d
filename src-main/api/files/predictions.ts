import { createHash } from 'node:crypto'
import { endianness } from 'node:os'
import { setImmediate } from 'node:timers/promises'
import { z } from 'zod'
import { mostSnapshotsAsked } from '../../../shared/api/urls.ts'
import { damagedClasses } from '../../../shared/ensemble/predictions.ts'
import { parseOrExplain } from '../../../shared/errors.ts'
import type { Predictions } from '../../../shared/run/messages.ts'
import type { Core } from '../../core.ts'
import { isDamage } from '../../store/damage.ts'
import type { SnapshotRecord, StoreReads } from '../../store/types.ts'
import { plainAnswer } from '../plainAnswer.ts'
import { idInPath, lookUp, sent } from './answers.ts'

const address = z.object({
  ids: z
    .string()
    .transform((text) => text.split(','))
    .pipe(z.array(idInPath).max(mostSnapshotsAsked)),
  part: z.enum(['validation', 'test']),
})

/**
 * Stored probabilities and labels, little-endian. They never change, but another database at the same address counts its
 * snapshots from 1 too: the browser keeps them and asks each time whether they are still these. An answer with damage in it
 * is kept by nobody: what is damaged may be stored anew.
 */
export async function predictions(
  { store: { read } }: Core,
  groups: Readonly<Record<string, string>>,
  request: Request,
): Promise<Response> {
  const { ids, part } = parseOrExplain(address, groups, 'reading the address of predictions')
  const snapshots: SnapshotRecord[] = []
  for (const id of ids) {
    const snapshot = lookUp(() => read.snapshot(id))
    if ('missing' in snapshot) return snapshot.missing
    snapshots.push(snapshot.found)
  }
  if (snapshots.length === 0) return plainAnswer(404, 'There are no snapshots in this address.')
  const named = snapshots.map(({ runId, id, weightsSha256 }) => `${runId} ${id} ${weightsSha256}`)
  const etag = `"${createHash('sha256').update(`${part} ${named.join()}`).digest('hex').slice(0, 32)}"`
  const kept = { etag, 'cache-control': 'private, no-cache' }
  const damaged = new Set(read.allDamage().map(({ snapshotId }) => snapshotId))
  const isKnownDamaged = ids.some((id) => damaged.has(id))
  if (!isKnownDamaged && request.headers.get('if-none-match') === etag)
    return new Response(null, { status: 304, headers: kept })
  // All of them before the answer begins: its headers depend on whether one is damaged.
  const frames: Frame[] = []
  for (const id of ids) {
    frames.push(readFrame(read, id, part))
    await setImmediate()
  }
  const isSound = frames.every(({ isDamaged }) => !isDamaged)
  return new Response(sent(frames.map(({ bytes }) => bytes)), {
    headers: {
      ...(isSound ? kept : { 'cache-control': 'no-store' }),
      'content-type': 'application/octet-stream',
    },
  })
}

interface Frame {
  readonly bytes: Uint8Array
  readonly isDamaged: boolean
}

/** One that is damaged says so in its place: the others can be combined all the same. */
function readFrame(read: StoreReads, id: number, part: Predictions['part']): Frame {
  try {
    return { bytes: frame(read.predictions(id, part)), isDamaged: false }
  } catch (error) {
    if (!isDamage(error)) throw error
    const nothing = { part, classes: damagedClasses, probs: new Float32Array(), labels: new Uint16Array() }
    return { bytes: frame(nothing), isDamaged: true }
  }
}

/** As the host itself stores numbers: then they are copied as they lie. */
const isLittleEndian = endianness() === 'LE'

/** Whole words of 4 bytes, so that the numbers of the next one can be looked at in place. */
function frame(stored: Predictions | undefined): Uint8Array {
  const { probs, labels, classes } = stored ?? {
    probs: new Float32Array(),
    labels: new Uint16Array(),
    classes: 0,
  }
  const from = 8 + probs.byteLength
  const bytes = new Uint8Array(4 * Math.ceil((from + labels.byteLength) / 4))
  const view = new DataView(bytes.buffer)
  view.setUint32(0, labels.length, true)
  view.setUint32(4, classes, true)
  if (isLittleEndian) {
    bytes.set(new Uint8Array(probs.buffer, probs.byteOffset, probs.byteLength), 8)
    bytes.set(new Uint8Array(labels.buffer, labels.byteOffset, labels.byteLength), from)
  } else {
    probs.forEach((p, i) => void view.setFloat32(8 + 4 * i, p, true))
    labels.forEach((label, i) => void view.setUint16(from + 2 * i, label, true))
  }
  return bytes
}
