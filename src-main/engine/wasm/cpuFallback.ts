import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu'
import { computesInJavaScript } from '../kernelTimes.ts'
import * as tf from '../tf.ts'
import { findKernel, type Inputs, overrideKernel } from './override.ts'

/** Kernels that users' own models may differentiate through and that the wasm backend lacks. */
const missing = [
  'DepthwiseConv2dNativeBackpropFilter',
  'DepthwiseConv2dNativeBackpropInput',
  'UnsortedSegmentSum',
]

/**
 * Kernels of the wasm backend that give wrong numbers for volumes: the first, which is also the transposed convolution, and the
 * second for most filters, the third where all numbers of a window are below 0, the fourth where windows overhang.
 */
const wrong = ['Conv3DBackpropInputV2', 'Conv3DBackpropFilterV2', 'MaxPool3D', 'MaxPool3DGrad']

/** Registers for the wasm backend what the cpu backend alone has right: slow. */
export function registerCpuFallbacks(): void {
  const cpu = new MathBackendCPU()
  for (const name of [...missing, ...wrong]) {
    const kernel = findKernel(name, 'cpu')
    if (kernel === undefined) throw new Error(`the cpu backend registered no ${name}`)
    overrideKernel(name, (inputs, attrs) => runOn(cpu, kernel, inputs, attrs))
  }
}

/** Runs the kernel on copies, so that no tensor changes the backend it lives on. */
function runOn(
  cpu: MathBackendCPU,
  kernel: tf.KernelConfig,
  inputs: Inputs,
  attrs: tf.NamedAttrMap,
): tf.Tensor {
  computesInJavaScript()
  const copies: Record<string, tf.TensorInfo> = {}
  for (const [key, tensor] of Object.entries(inputs)) {
    copies[key] = cpu.makeTensorInfo(tensor.shape, tensor.dtype, tensor.dataSync())
  }
  const output = kernel.kernelFunc({ inputs: copies, attrs, backend: cpu })
  const [info] = Array.isArray(output) ? output : [output]
  if (info === undefined) throw new Error(`kernel ${kernel.kernelName} gave no output`)
  const values = cpu.readSync(info.dataId)
  for (const copy of [...Object.values(copies), info]) cpu.disposeData(copy.dataId, true)
  if (info.dtype !== 'float32') throw new Error(`kernel ${kernel.kernelName} gave ${info.dtype}, not float32`)
  return tf.tensor(Float32Array.from(values, Number), info.shape, 'float32')
}
