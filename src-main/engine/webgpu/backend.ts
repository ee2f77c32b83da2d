import { setImmediate } from 'node:timers/promises'
import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu'
import { UserError } from '../../../shared/errors.ts'
import { computesInJavaScript } from '../kernelTimes.ts'
import { NotRecordable } from '../notRecordable.ts'
import type { DrawKey } from '../recording.ts'
import type * as tf from '../tf.ts'
import type { Draw, StepNumbers, Trace, Words } from './trace.ts'

type Run = Parameters<WebGPUBackend['runWebGPUProgram']>

/** tfjs's backend, whose readings fail where the GPU has, and whose commands can be traced as they are given. */
export class RecordingBackend extends WebGPUBackend {
  #trace: Trace | undefined
  #numbers: StepNumbers | undefined
  /** Settings of the programs that are run while a step is traced. */
  #settings: Uint8Array<ArrayBuffer>[] = []
  #lost: string | undefined
  /** A command that the GPU refuses gives zeros and no exception: nothing read after it can be trusted. */
  #refused: string | undefined

  constructor(device: GPUDevice, info: GPUAdapterInfo) {
    super(device, info)
    device.lost.then(({ reason, message }) => {
      this.#lost = message || reason
    })
    device.addEventListener('uncapturederror', ({ error }) => {
      this.#refused ??= error.message.split('\n', 1)[0]
    })
  }

  /** Submits what has been given so far, and so gives back the buffers of tensors that are gone. */
  flush(): void {
    this.ensureCommandEncoderReady()
    this.endComputePassEncoder()
    this.submitQueue()
  }

  /** Until `undefined` is set, all that is computed is noted in the trace. */
  set trace(trace: Trace | undefined) {
    this.#trace = trace
    const { queue } = this
    if (trace === undefined) Reflect.deleteProperty(queue, 'writeBuffer')
    else
      Object.defineProperty(queue, 'writeBuffer', {
        configurable: true,
        value: (...[buffer, at, data, ...rest]: Parameters<GPUQueue['writeBuffer']>) => {
          if (data instanceof ArrayBuffer) this.#settings.push(new Uint8Array(data.slice(0)))
          GPUQueue.prototype.writeBuffer.call(queue, buffer, at, data, ...rest)
        },
      })
  }

  /** A tensor of numbers that depend on the key of the step alone, and are drawn anew in each. */
  draw(shape: number[], key: DrawKey, draw: Draw): tf.TensorInfo {
    const info = this.makeTensorInfo(shape, 'float32', draw(key))
    this.#trace?.drawing(info.dataId, draw)
    return info
  }

  /** Runs a program whose settings have numbers of the optimizer's in them. */
  runWithNumbers(numbers: StepNumbers | undefined, run: () => void): void {
    this.#numbers = numbers
    try {
      run()
    } finally {
      this.#numbers = undefined
    }
  }

  override write(values: tf.BackendValues, shape: number[], dtype: tf.DataType): object {
    const dataId = super.write(values, shape, dtype)
    // tfjs gives no values for a tensor that is to be computed.
    this.#trace?.making(dataId, values ? wordsOf(values, dtype) : undefined)
    return dataId
  }

  override runWebGPUProgram(...given: Run): tf.TensorInfo {
    const trace = this.#trace
    if (trace === undefined) return super.runWebGPUProgram(...given)
    this.#settings = []
    const [program, inputs] = given
    const output = super.runWebGPUProgram(...given)
    // A result without numbers is no command.
    if (this.#settings.length === 0) return output
    const [settings] = this.#settings
    const { pipeline, dispatch } = program
    if (settings === undefined || this.#settings.length > 1 || !(pipeline instanceof GPUComputePipeline))
      throw new NotRecordable('a program of the step is run in another way')
    const blocks = [output, ...inputs].map(({ dataId }) => trace.blockOf(dataId, this.bufferOf(dataId).size))
    trace.dispatch({ pipeline, groups: [...dispatch], blocks, settings, numbers: this.#numbers })
    return output
  }

  /** @throws NotRecordable for a tensor that has none */
  bufferOf(dataId: object): GPUBuffer {
    const { resource } = this.tensorMap.get(dataId)
    if (resource instanceof GPUBuffer) return resource
    throw new NotRecordable('a tensor of the step has no buffer')
  }

  /** Kernels ask for numbers in their midst where they compute on the processor. */
  override readSync(dataId: object): tf.BackendValues {
    computesInJavaScript()
    if (this.#trace !== undefined) throw new NotRecordable('a kernel of the step computes on the processor')
    return super.readSync(dataId)
  }

  override read(dataId: object): Promise<tf.BackendValues> {
    return this.guarded(super.read(dataId))
  }

  /** Numbers that are read from the GPU. @throws UserError where it was lost, or has refused a command */
  async guarded<T>(reading: Promise<T>): Promise<T> {
    const values = await reading.catch(async (error: unknown) => {
      // Whoever waits for numbers may hear of it before the device does.
      await setImmediate()
      if (this.#lost === undefined) throw error
      throw new UserError(
        `While training: the GPU was lost (${this.#lost}), so the run was stopped and its last checkpoint is kept; resume it when the GPU is back.`,
      )
    })
    if (this.#refused !== undefined)
      throw new UserError(
        `While training: the GPU refused a command (${this.#refused}), so the run was stopped and its last checkpoint is kept; a smaller batch or model may fit, or set "device" to another one.`,
      )
    return values
  }
}

/** As they lie in a GPU's buffer: what is no float32 has four bytes as well. */
export function wordsOf(values: tf.BackendValues, dtype: tf.DataType): Words {
  const numbers = Array.isArray(values) ? [] : values
  return dtype === 'int32' || dtype === 'bool' ? Int32Array.from(numbers) : Float32Array.from(numbers)
}
