/**
 * Counts the time that training steps take. Evaluations, checkpoints and pauses stop it, so that a speed told from it
 * is that of the steps, whatever stood between them.
 */
export class TrainingClock {
  readonly #clock: () => number
  #before = 0
  /** When the training under way began; undefined while it rests. */
  #since: number | undefined

  /** @param clock milliseconds, never going back */
  constructor(clock: () => number) {
    this.#clock = clock
    this.#since = clock()
  }

  /** Milliseconds of training so far. */
  get ms(): number {
    return this.#before + (this.#since === undefined ? 0 : this.#clock() - this.#since)
  }

  rest(): void {
    this.#before = this.ms
    this.#since = undefined
  }

  goOn(): void {
    this.#since ??= this.#clock()
  }

  /** Does what is no training step. */
  async without<T>(work: () => Promise<T>): Promise<T> {
    const isTraining = this.#since !== undefined
    this.rest()
    try {
      return await work()
    } finally {
      if (isTraining) this.goOn()
    }
  }
}
