/** Steps that are timed in each way, and those before the first trial: compilers settle in them. */
const trials = 6
const settling = 20
/** Steps from one trial to the next: at first, and where trial after trial ends alike. */
const [firstSpan, longestSpan] = [100, 1600]
/** Milliseconds of a step that is worth the trial: the jobs of longer ones last longer than a worker takes to come. */
const short = 5
/** What a step may take alone, of what it takes shared. */
const margin = 0.95

/**
 * Whether the steps of a record are shared among threads or computed by the calling thread alone, whichever is quicker just
 * now. Jobs of a short step last a tenth of a millisecond: where other programs keep a worker from a core it comes too late
 * for most, and the calling thread waits for it in those that it does begin. The bits are the same.
 */
export class Sharing {
  readonly #times: { shared: number[]; alone: number[] } = { shared: [], alone: [] }
  #untilTrial = settling
  #span = firstSpan
  #isAlone = false

  /** Whether the next step is the calling thread's alone. */
  get isAlone(): boolean {
    return this.#untilTrial > 0 ? this.#isAlone : this.#times.shared.length === trials
  }

  /** @param ms what the step took that was computed as `isAlone` said */
  note(ms: number): void {
    if (this.#untilTrial > 0) {
      this.#untilTrial--
      return
    }
    const { shared, alone } = this.#times
    if (this.isAlone) alone.push(ms)
    else shared.push(ms)
    if (shared.length < trials) return
    const limit = median(shared)
    if (limit > short) this.#decide(false)
    else if (alone.length === trials) this.#decide(median(alone) < margin * limit)
  }

  #decide(isAlone: boolean): void {
    this.#span = isAlone === this.#isAlone ? Math.min(2 * this.#span, longestSpan) : firstSpan
    this.#isAlone = isAlone
    this.#untilTrial = this.#span
    this.#times.shared.length = 0
    this.#times.alone.length = 0
  }
}

const median = (times: readonly number[]): number =>
  times.toSorted((a, b) => a - b)[times.length >> 1] ?? Number.NaN
