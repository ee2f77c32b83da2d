import type { KernelUse } from '../../shared/run/kernelUse.ts'
import type { EngineName } from '../../shared/run/spec.ts'
import { type KernelTime, timeKernels } from '../engine/kernelTimes.ts'

/** Devices that are given work and compute on their own: here one sees how long the giving takes, not the work. */
const onTheirOwn = new Set<EngineName>(['webgpu', 'cuda'])

/** What the kernels of a step take: of several steps the least, so that what else the machine does weighs little. */
export class KernelTally {
  readonly #device: EngineName
  readonly #least = new Map<string, KernelTime>()
  #steps = 0
  #stepMs = Number.POSITIVE_INFINITY

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
    this.#stepMs = Math.min(this.#stepMs, performance.now() - begun)
    this.#steps++
    for (const kernel of kernels) this.#note(kernel)
    return result
  }

  #note(kernel: KernelTime): void {
    const key = `${kernel.name}/${kernel.javascript}`
    const before = this.#least.get(key)
    this.#least.set(key, { ...kernel, ms: Math.min(kernel.ms, before?.ms ?? kernel.ms) })
  }

  /**
   * Undefined before a step's numbers have come.
   * @param usualMs what steps take whose kernels are not timed: those that are timed take no turns over the examples
   */
  use(usualMs: number): KernelUse | undefined {
    if (this.#steps === 0) return undefined
    const isTimed = !onTheirOwn.has(this.#device)
    const kernels = [...this.#least.values()]
    const inKernels = kernels.reduce((sum, { ms }) => sum + ms, 0)
    return {
      device: this.#device,
      steps: this.#steps,
      stepMs: isTimed ? Math.max(inKernels, Math.min(usualMs, this.#stepMs)) : null,
      kernels: kernels
        .toSorted((a, b) => (isTimed ? b.ms - a.ms : b.calls - a.calls))
        .map(({ name, javascript, calls, ms }) => ({
          name,
          // All of this device is.
          javascript: javascript || this.#device === 'cpu',
          calls,
          ms: isTimed ? ms : null,
        })),
    }
  }
}
