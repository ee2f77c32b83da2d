import { z } from 'zod'
import type * as tf from '../../tf.ts'
import type { SimdBackend } from '../backend.ts'
import { chunkNumbers, input, register, sizeOf } from '../register.ts'

const attributes = z.object({ dtype: z.string() })

/** Numbers of another kind, and tensors of one number. */
export function registerCasts(): void {
  register('Cast', (backend, inputs, attrs) => {
    const [x, { dtype }] = [input(inputs, 'x'), attributes.parse(attrs)]
    if (dtype === x.dtype) {
      backend.incRef(x.dataId)
      return { dataId: x.dataId, shape: x.shape, dtype: x.dtype }
    }
    if (dtype === 'int32' && x.dtype === 'float32') return converted(backend, 'toInteger', x, dtype)
    if (dtype !== 'float32') return undefined
    if (x.dtype === 'int32') return converted(backend, 'toFloat', x, dtype)
    if (x.dtype !== 'bool') return undefined
    // The cpu backend calls the same bytes float32, which our kernels would read as what their bits mean.
    const { values } = backend.data.get(x.dataId)
    return ArrayBuffer.isView(values) ? backend.makeTensorInfo(x.shape, 'float32', values) : undefined
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
  to: 'float32' | 'int32',
): tf.TensorInfo {
  const out = backend.make(x.shape, to)
  const places = [backend.address(x, to === 'int32' ? 'float32' : 'int32'), backend.address(out, to)]
  backend.pool.dispatch(kernel, places, sizeOf(x.shape), chunkNumbers)
  return out
}
