import { z } from 'zod'
import * as tf from '../../tf.ts'
import type { SimdBackend } from '../backend.ts'
import { input, isFloat, register, sizeOf } from '../register.ts'

/* Tensors joined along an axis, and taken apart again: copies of rows, whatever the rank. */

const joinAttrs = z.object({ axis: z.int() })
const splitAttrs = z.object({ axis: z.int(), numOrSizeSplits: z.union([z.int(), z.array(z.int())]) })

export function registerJoins(): void {
  register('Concat', (backend, inputs, attrs) => {
    const [parts, given] = [Object.values(inputs), joinAttrs.safeParse(attrs)]
    const [first] = parts
    if (first === undefined || !given.success || !isFloat(...parts)) return undefined
    const axis = axisOf(first, given.data.axis)
    const shape = tf.backend_util.computeOutShape(
      parts.map((part) => part.shape),
      axis,
    )
    const rows = sizeOf(shape.slice(0, axis))
    const width = sizeOf(shape.slice(axis))
    const out = backend.make(shape)
    let start = 0
    for (const part of parts) {
      const own = sizeOf(part.shape.slice(axis))
      if (rows * own === 0) continue
      const [from, to] = [backend.address(part), backend.address(out) + 4 * start]
      const block = { rows, count: own, examples: axis > 0 ? shape[0] : undefined }
      copyBlock(backend, block, { address: from, width: own }, { address: to, width })
      start += own
    }
    return out
  })
  register('SplitV', (backend, inputs, attrs) => {
    const [x, given] = [input(inputs, 'x'), splitAttrs.safeParse(attrs)]
    if (!given.success || !isFloat(x) || sizeOf(x.shape) === 0) return undefined
    const axis = axisOf(x, given.data.axis)
    const rows = sizeOf(x.shape.slice(0, axis))
    const inner = sizeOf(x.shape.slice(axis + 1))
    const width = sizeOf(x.shape.slice(axis))
    let start = 0
    return tf.backend_util.prepareSplitSize(x, given.data.numOrSizeSplits, axis).map((size) => {
      const out = backend.make(x.shape.map((own, i) => (i === axis ? size : own)))
      const count = size * inner
      if (count > 0) {
        const from = { address: backend.address(x) + 4 * start, width }
        const block = { rows, count, examples: axis > 0 ? x.shape[0] : undefined }
        copyBlock(backend, block, from, { address: backend.address(out), width: count })
      }
      start += count
      return out
    })
  })
}

const axisOf = (x: tf.TensorInfo, axis: number): number => (axis < 0 ? axis + x.shape.length : axis)

/** Where rows start, and how many numbers lie from one row's start to the next. */
interface Side {
  readonly address: number
  readonly width: number
}

interface Block {
  readonly rows: number
  /** Of each row. */
  readonly count: number
  /** Into which the rows are divided, on both sides alike. */
  readonly examples: number | undefined
}

/** Numbers that a thread copies at once: long rows are cut, so that all threads take part. */
const piece = 16_384

/** Copies `count` numbers of each of so many rows. */
function copyBlock(backend: SimdBackend, { rows, count, examples }: Block, from: Side, to: Side): void {
  const width = Math.min(count, piece)
  const pieces = Math.floor(count / width)
  const slices = examples === undefined ? undefined : { count: examples, reads: [0], writes: [1] }
  const copy = (start: number, length: number, perRow: number): void => {
    const [source, target] = [from.address + 4 * start, to.address + 4 * start]
    const strides = [0, 4 * from.width, 4 * width, 4, 0, 4 * to.width, 4 * width, 4]
    const parameters = [source, target, rows, perRow, length, ...strides]
    const chunk = Math.ceil((2 * piece) / length)
    backend.pool.dispatch('copyRows', parameters, rows * perRow, chunk, undefined, slices)
  }
  copy(0, width, pieces)
  if (pieces * width < count) copy(pieces * width, count - pieces * width, 1)
}
