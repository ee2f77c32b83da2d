import type * as tf from '../tf.ts'
import { numberBytes } from './plan.ts'
import type { Dispatch, StepNumbers } from './trace.ts'

/** Where a binding may begin, on every GPU. */
const alignment = 256

/** The settings of all dispatches of a step in one buffer; those that change from step to step are neighbours in it. */
export class SettingsBuffer {
  readonly #buffer: GPUBuffer
  readonly #places = new Map<Dispatch, number>()
  readonly #bytes: Uint8Array<ArrayBuffer>
  readonly #changing: readonly Dispatch[]
  /** Bytes before the first that changes. */
  readonly #from: number

  constructor(device: GPUDevice, dispatches: readonly Dispatch[]) {
    this.#changing = dispatches.filter(({ numbers }) => numbers !== undefined)
    const fixed = dispatches.filter(({ numbers }) => numbers === undefined)
    let end = 0
    const place = (dispatch: Dispatch) => {
      this.#places.set(dispatch, end)
      end += Math.ceil(dispatch.settings.length / alignment) * alignment
    }
    fixed.forEach(place)
    this.#from = end
    this.#changing.forEach(place)
    this.#bytes = new Uint8Array(end)
    for (const [{ settings }, at] of this.#places) this.#bytes.set(settings, at)
    this.#buffer = device.createBuffer({ size: end, usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST })
    device.queue.writeBuffer(this.#buffer, 0, this.#bytes)
  }

  bindingOf(dispatch: Dispatch): GPUBindingResource {
    return { buffer: this.#buffer, offset: this.#placeOf(dispatch), size: dispatch.settings.length }
  }

  /** Writes the optimizer's numbers for a step. */
  write(queue: GPUQueue, attributes: tf.NamedAttrMap): void {
    const known = new Map<StepNumbers['of'], Uint8Array>()
    for (const dispatch of this.#changing) {
      const { numbers } = dispatch
      if (numbers === undefined) continue
      const bytes = known.get(numbers.of) ?? numberBytes(numbers, attributes)
      known.set(numbers.of, bytes)
      this.#bytes.set(bytes, this.#placeOf(dispatch) + numbers.at)
    }
    if (this.#changing.length > 0)
      queue.writeBuffer(this.#buffer, this.#from, this.#bytes, this.#from, this.#bytes.length - this.#from)
  }

  destroy(): void {
    this.#buffer.destroy()
  }

  #placeOf(dispatch: Dispatch): number {
    return this.#places.get(dispatch) ?? 0
  }
}
