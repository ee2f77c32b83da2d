import * as tf from '../tf.ts'
import { type GpuOptions, type OpenedGpu, openGpu } from './device.ts'

/**
 * Starts tfjs's WebGPU backend on a device of our own and makes it the current one.
 * @throws Error that says what is missing
 */
export async function loadWebgpu(options: GpuOptions = {}): Promise<OpenedGpu> {
  const gpu = await openGpu(options)
  // After the GPU is there: the module looks for it as it is loaded.
  const { RecordingBackend } = await import('./backend.ts')
  tf.env().setFlags({
    // Packed products: the one that tfjs takes for long inner sums adds floats in whatever order threads come.
    WEBGPU_MATMUL_PROGRAM_TYPE: 3,
    WEBGPU_USE_NAIVE_CONV2D_TRANSPOSE: false,
    // Small tensors would be computed here and sent over: the same numbers must come from the same device.
    WEBGPU_CPU_FORWARD: false,
  })
  const { device, info } = gpu
  const { registerWebgpuKernels } = await import('./register.ts')
  registerWebgpuKernels()
  tf.removeBackend('webgpu')
  tf.registerBackend('webgpu', () => new RecordingBackend(device, info))
  if (!(await tf.setBackend('webgpu'))) throw new Error('tfjs could not start its WebGPU backend')
  return gpu
}
