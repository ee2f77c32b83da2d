import { UserError } from '../errors.ts'
import type { Truth } from './members.ts'

/*
 * What an ensemble's members come to, worked out where they are stored: 300 of them are hundreds of megabytes to send, their mean
 * is one. On the wire, little-endian: uint32 examples and classes, then float64 probabilities [examples, classes], then
 * uint16 labels.
 */

export interface Mixture {
  readonly truth: Truth
  /** [examples, classes], row-major. */
  readonly probs: Float64Array
}

const headBytes = 8

export function mixtureBytes(
  probs: Float64Array,
  labels: Uint16Array,
  classes: number,
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(headBytes + 8 * probs.length + 2 * labels.length)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, labels.length, true)
  view.setUint32(4, classes, true)
  for (let i = 0; i < probs.length; i++) view.setFloat64(headBytes + 8 * i, probs[i] ?? Number.NaN, true)
  const labelsAt = headBytes + 8 * probs.length
  for (let n = 0; n < labels.length; n++) view.setUint16(labelsAt + 2 * n, labels[n] ?? 0, true)
  return bytes
}

/**
 * Null where the members kept no such part. Numbers are looked at in place: every machine a browser runs on is little-endian.
 * @throws UserError when the bytes are no mixture's
 */
export function parseMixture(bytes: ArrayBuffer): Mixture | null {
  const [examples = 0, classes = 0] =
    bytes.byteLength < headBytes ? [] : new Uint32Array(bytes.slice(0, headBytes))
  const labelsAt = headBytes + 8 * examples * classes
  if (bytes.byteLength < headBytes || bytes.byteLength !== labelsAt + 2 * examples)
    throw new UserError(
      `While reading an ensemble's predictions: ${bytes.byteLength} bytes are not those of ${examples} examples of ${classes} classes; try again.`,
    )
  if (examples === 0) return null
  return {
    truth: { labels: new Uint16Array(bytes, labelsAt, examples), classes },
    probs: new Float64Array(bytes, headBytes, examples * classes),
  }
}
