import { constants } from 'node:fs'
import path from 'node:path'
import type { AttemptKey } from '../../../shared/worker/protocol.ts'
import type { SpooledEvent } from '../../workerLink/desk.ts'
import { openPlain } from './durable.ts'
import { decodeRecord } from './record.ts'
import type { Entry } from './segments.ts'

/** @throws Error for damage, in words */
export async function readEvents(
  folder: string,
  entries: readonly Entry[],
  key: AttemptKey,
): Promise<SpooledEvent[]> {
  const read: SpooledEvent[] = []
  for (const { seq, file, at, size, isSuperseded } of entries) {
    if (isSuperseded) {
      read.push({ seq, text: JSON.stringify({ ...key, seq, type: 'superseded' }), parts: [] })
      continue
    }
    await using handle = await openPlain(path.join(folder, file), constants.O_RDONLY)
    const bytes = Buffer.alloc(size)
    await handle.read(bytes, 0, size, at)
    const record = decodeRecord(bytes, 0)
    if (record?.head.kind !== 'event' || record.head.seq !== seq)
      throw new Error(`${file} is damaged at byte ${at}`)
    const inline = record.inline.values()
    const parts = record.head.parts.map((part) =>
      'sha256' in part ? part : { bytes: inline.next().value ?? new Uint8Array() },
    )
    read.push({ seq, text: record.text, parts })
  }
  return read
}
