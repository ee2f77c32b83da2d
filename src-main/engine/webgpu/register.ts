import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu'
import { convGeometry, filterAttrs, inputAttrs, type Shape4D } from '../convAttrs.ts'
import type * as tf from '../tf.ts'
import { filterGradientUniforms, partialFilterGradient, splitPlaces, sumOfParts } from './filterGradient.ts'
import { inputGradient } from './inputGradient.ts'
import { type Inputs, input, register, sizeOf } from './kernel.ts'
import { registerNormalisation } from './normalisation.ts'
import { registerTraining } from './training.ts'

let done = false

/** Puts our kernels in the place of tfjs's where those are slow. Doing it twice changes nothing. */
export function registerWebgpuKernels(): void {
  if (done) return
  done = true
  register('Conv2DBackpropFilter', filterGradient)
  register('Conv2DBackpropInput', (backend, inputs, attrs) => {
    const [dy, filter] = [input(inputs, 'dy'), input(inputs, 'filter')]
    const checked = inputAttrs.parse(attrs)
    return inputGradient(backend, dy, filter, convGeometry(checked.inputShape, shape4d(filter), checked))
  })
  registerNormalisation()
  registerTraining()
}

function filterGradient(backend: WebGPUBackend, inputs: Inputs, attrs: tf.NamedAttrMap): tf.TensorInfo {
  const [x, dy] = [input(inputs, 'x'), input(inputs, 'dy')]
  const checked = filterAttrs.parse(attrs)
  const info = convGeometry(shape4d(x), checked.filterShape, checked)
  if (sizeOf(x.shape) * sizeOf(dy.shape) === 0)
    return backend.makeTensorInfo(info.filterShape, 'float32', new Float32Array(sizeOf(info.filterShape)))
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
