import { z } from 'zod'
import type * as tf from '../../tf.ts'
import type { SimdBackend } from '../backend.ts'
import type { Numbers } from '../heapData.ts'
import { chunkNumbers, input, register, sizeOf } from '../register.ts'
import { truthOf } from './truth.ts'

const attributes = z.object({ dtype: z.string() })

/** Numbers of another kind, and tensors of one number. */
export function registerCasts(): void {
  register('Cast', (backend, inputs, attrs) => {
    const [x, { dtype }] = [input(inputs, 'x'), attributes.parse(attrs)]
    if (dtype === x.dtype) {
      backend.incRef(x.dataId)
      return { dataId: x.dataId, shape: x.shape, dtype: x.dtype }
    }
    const kind = backend.stored(x)?.dtype
    if (kind === undefined) return undefined
    if (dtype === 'bool') return truthOf(backend, x)
    if (dtype === 'float32') return converted(backend, 'toFloat', x, kind, dtype)
    if (dtype !== 'int32') return undefined
    return kind === 'bool' ? truthOf(backend, x, 1, dtype) : converted(backend, 'toInteger', x, kind, dtype)
  })
  for (const [name, value] of [
    ['ZerosLike', 0],
    ['OnesLike', 1],
  ] as const) {
    register(name, (backend, inputs) => {
      const { dtype, shape } = input(inputs, 'x')
      if (dtype !== 'float32') return undefined
      const out = backend.make(shape)
      backend.pool.dispatch('fill', [backend.address(out), value], sizeOf(shape), 262_144)
      return out
    })
  }
}

function converted(
  backend: SimdBackend,
  kernel: string,
  x: tf.TensorInfo,
  from: Numbers,
  to: Numbers,
): tf.TensorInfo {
  const out = backend.make(x.shape, to)
  const places = [backend.address(x, from), backend.address(out, to)]
  backend.pool.dispatch(kernel, places, sizeOf(x.shape), chunkNumbers)
  return out
}
