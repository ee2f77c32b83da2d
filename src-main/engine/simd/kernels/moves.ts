import { z } from 'zod'
import * as tf from '../../tf.ts'
import type { SimdBackend } from '../backend.ts'
import type { Numbers } from '../heapData.ts'
import { input, isFloat, register, sizeOf } from '../register.ts'

const numbers = z.array(z.number())
const sliceAttrs = z.object({ begin: z.union([z.number(), numbers]), size: z.union([z.number(), numbers]) })
const padAttrs = z.object({ paddings: z.array(z.tuple([z.number(), z.number()])), constantValue: z.number() })
const reverseAttrs = z.object({ dims: z.union([z.number(), numbers]) })
const tileAttrs = z.object({ reps: numbers })
const stackAttrs = z.object({ axis: z.int() })
const transposeAttrs = z.object({ perm: numbers })
const stridedAttrs = z.object({
  begin: numbers,
  end: numbers,
  strides: numbers,
  beginMask: z.literal(0),
  endMask: z.literal(0),
  ellipsisMask: z.literal(0),
  newAxisMask: z.literal(0),
  shrinkAxisMask: z.literal(0),
})

/** Slices, paddings, transpositions, repetitions and stacks of up to four axes: copies of rows under two sets of strides. */
export function registerMoves(): void {
  register('Slice', (backend, inputs, attrs) => {
    const [x, given] = [input(inputs, 'x'), sliceAttrs.safeParse(attrs)]
    if (!given.success || !movable(x)) return undefined
    const full = tf.util.sizeFromShape(x.shape) === 0 ? undefined : whole(x.shape, given.data)
    return full === undefined
      ? undefined
      : pick(
          backend,
          x,
          full.begin,
          full.size,
          x.shape.map(() => 1),
        )
  })
  register('StridedSlice', (backend, inputs, attrs) => {
    const [x, given] = [input(inputs, 'x'), stridedAttrs.safeParse(attrs)]
    if (!given.success || !movable(x) || given.data.begin.length !== x.shape.length) return undefined
    const { begin, end, strides } = given.data
    const inside = x.shape.every(
      (size, i) => at(begin, i) >= 0 && at(end, i) <= size && at(end, i) > at(begin, i),
    )
    if (!inside || strides.some((stride) => stride < 1)) return undefined
    const size = x.shape.map((_, i) => Math.ceil((at(end, i) - at(begin, i)) / at(strides, i)))
    return pick(backend, x, begin, size, strides)
  })
  register('PadV2', (backend, inputs, attrs) => {
    const [x, given] = [input(inputs, 'x'), padAttrs.safeParse(attrs)]
    if (!given.success || !isFloat(x) || !movable(x) || given.data.paddings.length !== x.shape.length)
      return undefined
    const { paddings, constantValue } = given.data
    if (paddings.flat().some((padding) => padding < 0)) return undefined
    const shape = x.shape.map((size, i) => size + (paddings[i]?.[0] ?? 0) + (paddings[i]?.[1] ?? 0))
    const out = backend.make(shape)
    backend.pool.dispatch('fill', [backend.address(out), constantValue], sizeOf(shape), 262_144)
    const target = strides(shape)
    const start = paddings.reduce(
      (bytes, [before], i) => bytes + before * at(target, i),
      backend.address(out),
    )
    copy(backend, backend.address(x), strides(x.shape), start, target, x.shape)
    return out
  })
  register('Transpose', (backend, inputs, attrs) => {
    const [x, given] = [input(inputs, 'x'), transposeAttrs.safeParse(attrs)]
    if (!given.success || !movable(x)) return undefined
    const shape = given.data.perm.map((axis) => at(x.shape, axis))
    const own = strides(x.shape)
    const out = backend.make(shape, kindOf(x))
    const walked = given.data.perm.map((axis) => at(own, axis))
    copy(backend, addressOf(backend, x), walked, addressOf(backend, out), strides(shape), shape)
    return out
  })
  registerTurns()
  registerStacks()
}

/** Axes walked backwards, or again and again. */
function registerTurns(): void {
  register('Reverse', (backend, inputs, attrs) => {
    const [x, given] = [input(inputs, 'x'), reverseAttrs.safeParse(attrs)]
    if (!given.success || !movable(x)) return undefined
    const turned = tf.util.parseAxisParam(given.data.dims, x.shape)
    const backwards = (axis: number) => turned.includes(axis)
    return pick(
      backend,
      x,
      x.shape.map((size, axis) => (backwards(axis) ? size - 1 : 0)),
      [...x.shape],
      x.shape.map((_, axis) => (backwards(axis) ? -1 : 1)),
    )
  })
  register('Tile', (backend, inputs, attrs) => {
    const [x, given] = [input(inputs, 'x'), tileAttrs.safeParse(attrs)]
    if (!given.success || !movable(x) || given.data.reps.length !== x.shape.length) return undefined
    const { reps } = given.data
    const own = strides(x.shape)
    // Every axis is one of repetitions, which does not move on, and one of its own numbers.
    const axes = x.shape.flatMap((size, axis) => [
      { size: at(reps, axis), stride: 0 },
      { size, stride: at(own, axis) },
    ])
    const walked = axes.filter(({ size }) => size !== 1)
    if (walked.length > 4 || reps.some((count) => count < 1)) return undefined
    const out = backend.make(
      x.shape.map((size, axis) => size * at(reps, axis)),
      kindOf(x),
    )
    const sizes = walked.map(({ size }) => size)
    const from = walked.map(({ stride }) => stride)
    copy(backend, addressOf(backend, x), from, addressOf(backend, out), strides(sizes), sizes)
    return out
  })
}

/** Tensors laid side by side along a new axis, and taken apart again. */
function registerStacks(): void {
  register('Unpack', (backend, inputs, attrs) => {
    const [x, given] = [input(inputs, 'value'), stackAttrs.safeParse(attrs)]
    if (!given.success || !movable(x)) return undefined
    const axis = given.data.axis < 0 ? given.data.axis + x.shape.length : given.data.axis
    return Array.from({ length: x.shape[axis] ?? 0 }, (_, index) => {
      const begin = x.shape.map((_, i) => (i === axis ? index : 0))
      const size = x.shape.map((own, i) => (i === axis ? 1 : own))
      const part = pick(
        backend,
        x,
        begin,
        size,
        x.shape.map(() => 1),
      )
      return { ...part, shape: x.shape.filter((_, i) => i !== axis) }
    })
  })
  register('Pack', (backend, inputs, attrs) => {
    const [parts, given] = [Object.values(inputs), stackAttrs.safeParse(attrs)]
    const [first] = parts
    if (!given.success || first === undefined || first.shape.length > 3) return undefined
    if (!parts.every((part) => movable(part) && part.dtype === first.dtype)) return undefined
    const axis = given.data.axis < 0 ? given.data.axis + first.shape.length + 1 : given.data.axis
    const single = [...first.shape.slice(0, axis), 1, ...first.shape.slice(axis)]
    const out = backend.make(
      single.map((size, i) => (i === axis ? parts.length : size)),
      kindOf(first),
    )
    const target = strides(out.shape)
    for (const [index, part] of parts.entries()) {
      const to = addressOf(backend, out) + index * at(target, axis)
      copy(backend, addressOf(backend, part), strides(single), to, target, single)
    }
    return out
  })
}

const at = (values: readonly number[], index: number): number => values[index] ?? 0

/** Numbers of four bytes are copied whatever they mean. */
const kindOf = ({ dtype }: tf.TensorInfo): Numbers =>
  dtype === 'int32' || dtype === 'bool' ? dtype : 'float32'

const movable = (x: tf.TensorInfo): boolean =>
  (isFloat(x) || x.dtype === 'int32' || x.dtype === 'bool') && x.shape.length <= 4 && sizeOf(x.shape) > 0

const addressOf = (backend: SimdBackend, x: tf.TensorInfo): number => backend.address(x, kindOf(x))

/** Bytes from one entry to the next along each axis. */
function strides(shape: readonly number[]): number[] {
  return shape.map((_, axis) => sizeOf(shape.slice(axis + 1)) * 4)
}

/** The whole form of a slice's begin and size. @returns undefined when it is empty */
function whole(shape: readonly number[], { begin, size }: z.infer<typeof sliceAttrs>) {
  const starts = shape.map((_, i) => (typeof begin === 'number' ? (i === 0 ? begin : 0) : at(begin, i)))
  const sizes = shape.map((own, i) => {
    const wanted = typeof size === 'number' ? (i === 0 ? size : -1) : (size[i] ?? -1)
    return wanted < 0 ? own - at(starts, i) : wanted
  })
  const inside = shape.every((own, i) => at(starts, i) >= 0 && at(starts, i) + at(sizes, i) <= own)
  return inside && sizes.every((count) => count > 0) ? { begin: starts, size: sizes } : undefined
}

function pick(
  backend: SimdBackend,
  x: tf.TensorInfo,
  begin: readonly number[],
  size: number[],
  every: readonly number[],
): tf.TensorInfo {
  const own = strides(x.shape)
  const out = backend.make(size, kindOf(x))
  const start = own.reduce((bytes, stride, i) => bytes + stride * at(begin, i), addressOf(backend, x))
  const walked = own.map((stride, i) => stride * at(every, i))
  copy(backend, start, walked, addressOf(backend, out), strides(size), size)
  return out
}

/** The last axis is a row. */
function copy(
  backend: SimdBackend,
  from: number,
  fromStrides: readonly number[],
  to: number,
  toStrides: readonly number[],
  shape: readonly number[],
): void {
  const fill = (values: readonly number[], by: number): number[] => [
    ...Array(4 - values.length).fill(by),
    ...values,
  ]
  const [d0 = 1, d1 = 1, d2 = 1, count = 1] = fill(shape, 1)
  const chunk = Math.ceil(32_768 / count)
  const parameters = [from, to, d1, d2, count, ...fill(fromStrides, 0), ...fill(toStrides, 0)]
  backend.pool.dispatch('copyRows', parameters, d0 * d1 * d2, chunk)
}
