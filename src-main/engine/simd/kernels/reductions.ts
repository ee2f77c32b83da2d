import { z } from 'zod'
import * as tf from '../../tf.ts'
import type { SimdBackend } from '../backend.ts'
import { chunkNumbers, input, isFloat, register, sizeOf } from '../register.ts'

const attributes = z.object({
  axis: z.union([z.number(), z.array(z.number())]).nullish(),
  keepDims: z.boolean().nullish(),
})

/** Sum and Mean over neighbouring axes, which is all that training asks for. */
export function registerReductions(): void {
  for (const name of ['Sum', 'Mean']) {
    register(name, (backend, inputs, attrs) => {
      const { axis, keepDims } = attributes.parse(attrs)
      const x = input(inputs, 'x')
      if (!isFloat(x) || sizeOf(x.shape) === 0) return undefined
      const axes = tf.util.parseAxisParam(axis ?? x.shape.map((_, i) => i), x.shape).sort((a, b) => a - b)
      const first = axes[0] ?? 0
      if (axes.length === 0 || axes.some((value, i) => value !== first + i)) return undefined
      const kept = x.shape.flatMap((size, i) => (axes.includes(i) ? (keepDims ? [1] : []) : [size]))
      const middle = sizeOf(x.shape.slice(first, first + axes.length))
      const sides = {
        outer: sizeOf(x.shape.slice(0, first)),
        middle,
        inner: sizeOf(x.shape.slice(first + axes.length)),
      }
      return sum(backend, x, kept, sides, name === 'Mean' ? 1 / middle : 1)
    })
  }
}

interface Sides {
  readonly outer: number
  readonly middle: number
  readonly inner: number
}

function sum(
  backend: SimdBackend,
  x: tf.TensorInfo,
  shape: number[],
  { outer, middle, inner }: Sides,
  scale: number,
): tf.TensorInfo {
  const out = backend.make(shape)
  const [from, to] = [backend.address(x), backend.address(out)]
  const group = Math.ceil(chunkNumbers / inner)
  if (outer > 1 || middle <= group) {
    const chunk = Math.ceil(chunkNumbers / (middle * inner))
    backend.pool.dispatch('sumMiddle', [from, to, middle, inner, scale], outer, chunk)
    return out
  }
  const parts = Math.ceil(middle / group)
  const partial = backend.heap.allocate(parts * inner * 4)
  backend.pool.dispatch('sumGroups', [from, partial, middle, group, inner], parts, 1)
  backend.pool.dispatch('sumMiddle', [partial, to, parts, inner, scale], 1, 1)
  backend.heap.free(partial)
  return out
}
