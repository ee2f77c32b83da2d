import type { KernelUse } from '../../shared/run/kernelUse.ts'
import type { EngineName } from '../../shared/run/spec.ts'
import { KernelTally } from './kernelTally.ts'

/** Steps of an attempt whose kernels are timed. */
const wanted = 3
/** Steps before them, in which compilers and allocators settle: so many of a quick model, fewer of one that takes its time. */
const warmUpSteps = 30
const leastWarmUpSteps = 3
const warmUpMs = 2000

/** Times the kernels of three early steps of an attempt. All other steps go by untouched. */
export class KernelWatch {
  readonly #tally: KernelTally
  readonly #clock: () => number
  readonly #since: number
  #begun = 0
  /** Milliseconds of the last steps that were not timed kernel by kernel. */
  readonly #usual: number[] = []
  #timed = 0
  #isTold = false

  constructor(device: EngineName, clock: () => number) {
    this.#tally = new KernelTally(device)
    this.#clock = clock
    this.#since = clock()
  }

  /** Whether the next step is to be one of those that are timed. */
  get isDue(): boolean {
    if (this.#timed === wanted || this.#begun < leastWarmUpSteps) return false
    return this.#begun >= warmUpSteps || this.#clock() - this.#since >= warmUpMs
  }

  /** Takes a step, its kernels timed where it is due. */
  take<T>(step: () => Promise<T>): Promise<T> {
    const isDue = this.isDue
    this.#begun++
    if (this.#timed === wanted) return step()
    if (!isDue) return this.#takeUsual(step)
    this.#timed++
    return this.#tally.time(step)
  }

  async #takeUsual<T>(step: () => Promise<T>): Promise<T> {
    const begun = performance.now()
    const result = await step()
    this.#usual.push(performance.now() - begun)
    if (this.#usual.length > wanted) this.#usual.shift()
    return result
  }

  /** What was found, once; undefined until the numbers of the steps that are timed have come. */
  news(): KernelUse | undefined {
    if (this.#isTold || this.#tally.steps < wanted) return undefined
    this.#isTold = true
    return this.#tally.use(Math.min(...this.#usual))
  }
}
