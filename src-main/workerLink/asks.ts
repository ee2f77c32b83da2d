import { z } from 'zod'
import {
  attemptEnd,
  attemptKey,
  attendRequest,
  datasetManifest,
  sha256,
  startRequest,
} from '../../shared/worker/protocol.ts'
import { blobList, pushRequest } from './wire.ts'

/* The methods of a desk as messages, for links that carry one packed message after another: a shared folder, two streams. */

const manifestFile = datasetManifest.shape.files.element.shape

export const ask = z.discriminatedUnion('method', [
  z.strictObject({ method: z.literal('attend'), request: attendRequest }),
  z.strictObject({ method: z.literal('start'), request: startRequest }),
  z.strictObject({ method: z.literal('missingBlobs'), key: attemptKey, ...blobList.shape }),
  z.strictObject({ method: z.literal('putBlob'), key: attemptKey, sha256, bytes: z.instanceof(Uint8Array) }),
  z.strictObject({ method: z.literal('push'), key: attemptKey, ...pushRequest.shape }),
  z.strictObject({ method: z.literal('end'), end: attemptEnd }),
  z.strictObject({ method: z.literal('datasetManifest'), id: datasetManifest.shape.id }),
  z.strictObject({
    method: z.literal('datasetFile'),
    id: datasetManifest.shape.id,
    name: manifestFile.name,
    from: manifestFile.bytes,
  }),
])
export type Ask = z.infer<typeof ask>

export const answer = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('answer'), value: z.unknown() }),
  /** Ask again. */
  z.strictObject({ type: z.literal('away'), reason: z.string().max(2000) }),
  /** No, for good. */
  z.strictObject({ type: z.literal('turnedAway'), reason: z.string().max(2000) }),
])
export type Answer = z.infer<typeof answer>

/** What one answer brings of a file of a data set. */
export const filePiece = z.strictObject({ bytes: z.instanceof(Uint8Array), isLast: z.boolean() })
export const pieceBytes = 16 * 1024 * 1024
