import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu'
import { convGeometry, filterAttrs, type Shape4D } from '../convAttrs.ts'
import * as tf from '../tf.ts'
import { filterGradientUniforms, partialFilterGradient, splitPlaces, sumOfParts } from './filterGradient.ts'

let done = false

/** Puts our kernels in the place of tfjs's where those are slow. Doing it twice changes nothing. */
export function registerWebgpuKernels(): void {
  if (done) return
  done = true
  tf.unregisterKernel('Conv2DBackpropFilter', 'webgpu')
  tf.registerKernel({
    kernelName: 'Conv2DBackpropFilter',
    backendName: 'webgpu',
    kernelFunc: ({ inputs: { x, dy }, attrs, backend }) => {
      if (!(backend instanceof WebGPUBackend) || x === undefined || dy === undefined)
        throw new Error('the kernel Conv2DBackpropFilter was called without its inputs')
      return filterGradient(backend, x, dy, filterAttrs.parse(attrs))
    },
  })
}

function filterGradient(
  backend: WebGPUBackend,
  x: tf.TensorInfo,
  dy: tf.TensorInfo,
  attrs: ReturnType<typeof filterAttrs.parse>,
): tf.TensorInfo {
  const info = convGeometry(shape4d(x), attrs.filterShape, attrs)
  const split = splitPlaces(info)
  const parts = backend.runWebGPUProgram(
    partialFilterGradient(info, split),
    [x, dy],
    'float32',
    filterGradientUniforms(info, split),
  )
  const count = [{ type: 'int32', data: [split.parts] }]
  const sum = backend.runWebGPUProgram(sumOfParts(split.parts, info.filterShape), [parts], 'float32', count)
  backend.disposeData(parts.dataId)
  return sum
}

function shape4d({ shape }: tf.TensorInfo): Shape4D {
  const [a, b, c, d] = shape
  if (a === undefined || b === undefined || c === undefined || d === undefined)
    throw new Error(`expected a tensor of rank 4, not of shape [${shape}]`)
  return [a, b, c, d]
}
