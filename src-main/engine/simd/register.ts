import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu'
import { computesInJavaScript } from '../kernelTimes.ts'
import * as tf from '../tf.ts'
import { SimdBackend } from './backend.ts'

export type Inputs = Readonly<Record<string, tf.TensorInfo>>

/**
 * Registers a kernel of ours for the simd backend, in place of the cpu backend's if that has one.
 * @param run gives undefined for the cases it leaves to the kernel it replaces
 */
export function register(
  name: string,
  run: (
    backend: SimdBackend,
    inputs: Inputs,
    attrs: tf.NamedAttrMap,
  ) => tf.TensorInfo | tf.TensorInfo[] | undefined,
): void {
  const stock = tf.getKernelsForBackend('simd').find((config) => config.kernelName === name)
  if (stock !== undefined) tf.unregisterKernel(name, 'simd')
  tf.registerKernel({
    ...stock,
    kernelName: name,
    backendName: 'simd',
    kernelFunc: ({ inputs, attrs = {}, backend }) => {
      if (!(backend instanceof SimdBackend)) throw new Error('the simd kernels run on the simd backend only')
      const output = backend.calling(name, () => run(backend, present(inputs), attrs))
      if (output !== undefined) return output
      if (stock === undefined)
        throw new Error(`the simd backend has no other kernel ${name} for these tensors`)
      return stock.kernelFunc({ inputs, attrs, backend })
    },
  })
}

function present(inputs: tf.NamedTensorInfoMap): Inputs {
  if (areAllThere(inputs)) return inputs
  const found: Record<string, tf.TensorInfo> = {}
  for (const [key, info] of Object.entries(inputs)) if (info !== undefined && info !== null) found[key] = info
  return found
}

function areAllThere(inputs: tf.NamedTensorInfoMap): inputs is Record<string, tf.TensorInfo> {
  for (const key in inputs) if (inputs[key] === undefined || inputs[key] === null) return false
  return true
}

/** Takes over every kernel of the cpu backend; each tells of itself that it is JavaScript. */
export function takeOverCpuKernels(): void {
  const kernels = tf.getKernelsForBackend('cpu')
  // Named so that the import stays: loading it registers the kernels.
  if (kernels.length === 0) throw new Error(`${MathBackendCPU.name} has no kernels`)
  for (const stock of kernels) {
    const kernelFunc: tf.KernelFunc = (given) => {
      computesInJavaScript()
      return stock.kernelFunc(given)
    }
    tf.registerKernel({ ...stock, backendName: 'simd', kernelFunc })
  }
}

/** @throws Error when the kernel was not given it */
export function input(inputs: Inputs, name: string): tf.TensorInfo {
  const info = inputs[name]
  if (info === undefined) throw new Error(`a kernel was given no ${name}`)
  return info
}

export const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1)

export const isFloat = (...infos: readonly tf.TensorInfo[]): boolean =>
  infos.every(({ dtype }) => dtype === 'float32')

/** Numbers that a chunk of a job that only passes over memory takes: a share of the second cache. */
export const chunkNumbers = 32_768
