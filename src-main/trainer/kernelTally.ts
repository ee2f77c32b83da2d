import type { KernelUse } from '../../shared/run/kernelUse.ts'
import type { EngineName } from '../../shared/run/spec.ts'
import { type KernelTime, timeKernels } from '../engine/kernelTimes.ts'

/** Devices that are given work and compute on their own: here one sees how long the giving takes, not the work. */
const onTheirOwn = new Set<EngineName>(['webgpu', 'cuda'])

/** What the kernels of some steps take, as the mean of a step. */
export class KernelTally {
  readonly #device: EngineName
  readonly #sums = new Map<string, KernelTime>()
  #steps = 0
  #stepMs = 0

  constructor(device: EngineName) {
    this.#device = device
  }

  /** Steps whose numbers have come. */
  get steps(): number {
    return this.#steps
  }

  /**
   * Takes a step, its kernels timed. Its numbers are what they are without.
   * @param step gives its kernels to the device before it returns
   */
  async time<T>(step: () => Promise<T>): Promise<T> {
    const begun = performance.now()
    const { value, kernels } = timeKernels(step)
    const result = await value
    this.#stepMs += performance.now() - begun
    this.#steps++
    for (const kernel of kernels) this.#add(kernel)
    return result
  }

  #add({ name, javascript, calls, ms }: KernelTime): void {
    const key = `${name}/${javascript}`
    const before = this.#sums.get(key) ?? { calls: 0, ms: 0 }
    this.#sums.set(key, { name, javascript, calls: before.calls + calls, ms: before.ms + ms })
  }

  /** Undefined before a step's numbers have come. */
  get use(): KernelUse | undefined {
    const steps = this.#steps
    if (steps === 0) return undefined
    const isTimed = !onTheirOwn.has(this.#device)
    return {
      device: this.#device,
      steps,
      stepMs: isTimed ? this.#stepMs / steps : null,
      kernels: [...this.#sums.values()]
        .toSorted((a, b) => (isTimed ? b.ms - a.ms : b.calls - a.calls))
        .map(({ name, javascript, calls, ms }) => ({
          name,
          // All of this device is.
          javascript: javascript || this.#device === 'cpu',
          calls: calls / steps,
          ms: isTimed ? ms / steps : null,
        })),
    }
  }
}
