import { createHash } from 'node:crypto'
import { z } from 'zod'
import { parseOrExplain } from '../../../shared/errors.ts'
import type { Core } from '../../core.ts'
import { idInPath, lookUp, refusal } from './answers.ts'

const address = z.object({ id: idInPath, part: z.enum(['validation', 'test']) })

/**
 * Stored probabilities and labels, little-endian. They never change, but another database at the same address counts its
 * snapshots from 1 too: the browser keeps them and asks each time whether they are still these.
 */
export async function predictions(
  { store: { read } }: Core,
  groups: Readonly<Record<string, string>>,
  request: Request,
): Promise<Response> {
  const { id, part } = parseOrExplain(address, groups, 'reading the address of predictions')
  const snapshot = lookUp(() => read.snapshot(id))
  if ('missing' in snapshot) return snapshot.missing
  const { runId, weightsSha256 } = snapshot.found
  const etag = `"${createHash('sha256').update(`${runId} ${id} ${part} ${weightsSha256}`).digest('hex').slice(0, 32)}"`
  const kept = { etag, 'cache-control': 'private, no-cache' }
  if (request.headers.get('if-none-match') === etag) return new Response(null, { status: 304, headers: kept })
  const found = read.predictions(id, part)
  if (found === undefined || found.labels.length === 0)
    return refusal(404, `Run ${runId} kept no ${part} predictions of snapshot ${id}.`)
  return new Response(littleEndian(found), {
    headers: {
      ...kept,
      'content-type': 'application/octet-stream',
      'x-examples': String(found.labels.length),
      'x-classes': String(found.classes),
    },
  })
}

function littleEndian({
  probs,
  labels,
}: {
  probs: Float32Array
  labels: Uint16Array
}): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(probs.length * 4 + labels.length * 2)
  const view = new DataView(bytes.buffer)
  probs.forEach((p, i) => void view.setFloat32(4 * i, p, true))
  labels.forEach((label, i) => void view.setUint16(4 * probs.length + 2 * i, label, true))
  return bytes
}
