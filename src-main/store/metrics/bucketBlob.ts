import type { Bucket } from '../../../shared/metrics/buckets.ts'
import { bytesOf, float64Of, uint32Of } from '../blobs.ts'

const FLOATS = 3
const INTEGERS = 7

/** The layout is described at the table metric_summaries. */
export function encodeBuckets(buckets: readonly Bucket[]): Uint8Array {
  const floats = new Float64Array(buckets.length * FLOATS)
  const integers = new Uint32Array(buckets.length * INTEGERS)
  buckets.forEach((bucket, i) => {
    const { nonFinite } = bucket
    floats.set([bucket.min, bucket.max, nonFinite?.value ?? 0], i * FLOATS)
    integers.set(
      [
        bucket.firstStep,
        bucket.lastStep,
        bucket.argmin,
        bucket.argmax,
        bucket.count,
        nonFinite?.step ?? 0,
        nonFinite?.count ?? 0,
      ],
      i * INTEGERS,
    )
  })
  return Buffer.concat([bytesOf(floats), bytesOf(integers)])
}

export function decodeBuckets(bytes: Uint8Array): Bucket[] {
  const count = bytes.byteLength / (FLOATS * 8 + INTEGERS * 4)
  const floats = float64Of(bytes.subarray(0, count * FLOATS * 8))
  const integers = uint32Of(bytes.subarray(count * FLOATS * 8))
  return Array.from({ length: count }, (_, i) => {
    const float = (k: number): number => floats[i * FLOATS + k] ?? Number.NaN
    const integer = (k: number): number => integers[i * INTEGERS + k] ?? 0
    const bucket: Bucket = {
      firstStep: integer(0),
      lastStep: integer(1),
      min: float(0),
      argmin: integer(2),
      max: float(1),
      argmax: integer(3),
      count: integer(4),
    }
    const odd = integer(6)
    return odd === 0 ? bucket : { ...bucket, nonFinite: { step: integer(5), value: float(2), count: odd } }
  })
}
