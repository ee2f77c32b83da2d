import type * as tf from '../../tf.ts'
import type { SimdBackend } from '../backend.ts'
import { chunkNumbers, input, isFloat, register, sizeOf } from '../register.ts'

/** Softmax along the last axis, which is the only one that tfjs asks for, its logarithm, and their gradients. */
export function registerSoftmax(): void {
  register('Softmax', (backend, inputs) => alongRows(backend, 'softmax', [input(inputs, 'logits')]))
  register('AnnealLogSoftmax', (backend, inputs) => alongRows(backend, 'logSoftmax', [input(inputs, 'x')]))
  for (const [name, kernel] of [
    ['AnnealSoftmaxGrad', 'softmaxGradient'],
    ['AnnealLogSoftmaxGrad', 'logSoftmaxGradient'],
  ] as const) {
    register(name, (backend, inputs) => alongRows(backend, kernel, [input(inputs, 'dy'), input(inputs, 's')]))
  }
}

function alongRows(
  backend: SimdBackend,
  kernel: string,
  sources: readonly tf.TensorInfo[],
): tf.TensorInfo | undefined {
  const shape = sources[0]?.shape ?? []
  const width = shape.at(-1) ?? 1
  const size = sizeOf(shape)
  if (!isFloat(...sources) || size === 0) return undefined
  const out = backend.make([...shape])
  const places = [...sources, out].map((each) => backend.address(each))
  // An exponential takes as long as a few numbers of memory.
  const chunk = Math.ceil(chunkNumbers / 4 / width)
  backend.pool.dispatch(kernel, [...places, width], size / width, chunk)
  return out
}
