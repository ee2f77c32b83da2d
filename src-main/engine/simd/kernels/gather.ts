import { z } from 'zod'
import * as tf from '../../tf.ts'
import type { SimdBackend } from '../backend.ts'
import { chunkNumbers, input, isFloat, register, sizeOf } from '../register.ts'

/* Embeddings: rows of a table by number, and the sums that are their gradient, always in the same order. */

const gatherAttrs = z.object({ axis: z.int(), batchDims: z.literal(0) })
const segmentAttrs = z.object({ numSegments: z.int() })

export function registerGather(): void {
  register('GatherV2', (backend, inputs, attrs) => {
    const [x, indices, given] = [input(inputs, 'x'), input(inputs, 'indices'), gatherAttrs.safeParse(attrs)]
    if (!given.success || !isFloat(x) || indices.dtype !== 'int32' || sizeOf(x.shape) === 0) return undefined
    const axis = tf.util.parseAxisParam(given.data.axis, x.shape)[0] ?? 0
    const rows = x.shape[axis] ?? 1
    const picks = sizeOf(indices.shape)
    check(backend, indices, rows)
    const [outer, inner] = [x.shape.slice(0, axis), x.shape.slice(axis + 1)]
    const out = backend.make([...outer, ...indices.shape, ...inner])
    const rowBytes = sizeOf(inner) * 4
    const addresses = [backend.address(x), backend.address(indices, 'int32'), backend.address(out)]
    const chunk = Math.ceil((chunkNumbers * 4) / rowBytes)
    backend.pool.dispatch('gatherRows', [...addresses, rows, picks, rowBytes], sizeOf(outer) * picks, chunk)
    return out
  })
  register('UnsortedSegmentSum', (backend, inputs, attrs) => {
    const [x, segments] = [input(inputs, 'x'), input(inputs, 'segmentIds')]
    const { numSegments } = segmentAttrs.parse(attrs)
    if (!isFloat(x) || segments.dtype !== 'int32' || segments.shape.length !== 1) return undefined
    const [picks = 0, ...rest] = x.shape
    const count = sizeOf(rest)
    if (count === 0) return undefined
    const out = backend.make([numSegments, ...rest])
    const addresses = [backend.address(x), backend.address(segments, 'int32'), backend.address(out)]
    // Each range looks through all segments: no more of them than pay.
    const chunk = Math.max(Math.ceil(numSegments / 16), Math.ceil(1024 / count))
    backend.pool.dispatch('segmentSum', [...addresses, picks, count], numSegments, chunk)
    return out
  })
}

/** @throws Error, in this step or a later one, for a number that is none of a row: it would read beside the table */
function check(backend: SimdBackend, indices: tf.TensorInfo, rows: number): void {
  backend.look(backend.address(indices, 'int32'), sizeOf(indices.shape), (numbers) => {
    const outside = numbers.find((index) => index < 0 || index >= rows)
    if (outside === undefined) return
    throw new Error(`While picking rows: ${outside} is not from 0 to ${rows - 1}, the rows of the table.`)
  })
}
