import { setImmediate } from 'node:timers/promises'
import { UserError } from '../../../shared/errors.ts'
import { computesInJavaScript } from '../kernelTimes.ts'
import * as tf from '../tf.ts'
import { type GpuOptions, type OpenedGpu, openGpu } from './device.ts'

/**
 * Starts tfjs's WebGPU backend on a device of our own and makes it the current one.
 * @throws Error that says what is missing
 */
export async function loadWebgpu(options: GpuOptions = {}): Promise<OpenedGpu> {
  const gpu = await openGpu(options)
  // After the GPU is there: the module looks for it as it is loaded.
  const { WebGPUBackend } = await import('@tensorflow/tfjs-backend-webgpu')
  tf.env().setFlags({
    // Packed products: the one that tfjs takes for long inner sums adds floats in whatever order threads come.
    WEBGPU_MATMUL_PROGRAM_TYPE: 3,
    WEBGPU_USE_NAIVE_CONV2D_TRANSPOSE: false,
    // Small tensors would be computed here and sent over: the same numbers must come from the same device.
    WEBGPU_CPU_FORWARD: false,
  })
  const { device, info } = gpu
  let lost: string | undefined
  device.lost.then(({ reason, message }) => {
    lost = message || reason
  })
  // A command that the GPU refuses gives zeros and no exception: nothing read after it can be trusted.
  let refused: string | undefined
  device.addEventListener('uncapturederror', ({ error }) => {
    refused ??= error.message.split('\n', 1)[0]
  })

  class GuardedBackend extends WebGPUBackend {
    /** Kernels ask for numbers in their midst where they compute on the processor. */
    override readSync(dataId: object): tf.BackendValues {
      computesInJavaScript()
      return super.readSync(dataId)
    }

    override async read(dataId: object): Promise<tf.BackendValues> {
      const values = await super.read(dataId).catch(async (error: unknown) => {
        // Whoever waits for numbers may hear of it before the device does.
        await setImmediate()
        if (lost === undefined) throw error
        throw new UserError(
          `While training: the GPU was lost (${lost}), so the run was stopped and its last checkpoint is kept; resume it when the GPU is back.`,
        )
      })
      if (refused !== undefined)
        throw new UserError(
          `While training: the GPU refused a command (${refused}), so the run was stopped and its last checkpoint is kept; a smaller batch or model may fit, or set "device" to another one.`,
        )
      return values
    }
  }
  const { registerWebgpuKernels } = await import('./register.ts')
  registerWebgpuKernels()
  tf.removeBackend('webgpu')
  tf.registerBackend('webgpu', () => new GuardedBackend(device, info))
  if (!(await tf.setBackend('webgpu'))) throw new Error('tfjs could not start its WebGPU backend')
  return gpu
}
