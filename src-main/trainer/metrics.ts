import type { EventBody } from './events.ts'

/** What is recorded of every step, all as applied. */
export interface StepMetrics {
  readonly lr: number
  readonly momentum: number
  readonly loss: number
  /** Of the training batch, in 0..1. */
  readonly accuracy: number
}

/** Collects the metrics of consecutive steps until it is time to send them as columns. */
export class MetricsBuffer {
  readonly #steps: StepMetrics[] = []
  readonly #batchSize: number
  readonly #clock: () => number
  #firstStep = 0
  #since: number

  /** @param clock milliseconds */
  constructor(batchSize: number, clock: () => number) {
    this.#batchSize = batchSize
    this.#clock = clock
    this.#since = clock()
  }

  add(step: number, metrics: StepMetrics): void {
    if (this.#steps.length === 0) this.#firstStep = step
    this.#steps.push(metrics)
  }

  /** Milliseconds since the last batch of metrics was taken. */
  get age(): number {
    return this.#clock() - this.#since
  }

  /** Time in which no step was taken (a pause) does not count towards the speed. */
  restartClock(): void {
    this.#since = this.#clock()
  }

  /** What has been collected, as an event; undefined when there is nothing. */
  take(): EventBody | undefined {
    const steps = this.#steps.splice(0)
    const seconds = Math.max(this.age, 1e-3) / 1000
    this.#since = this.#clock()
    if (steps.length === 0) return undefined
    const column = (read: (metrics: StepMetrics) => number) => Float64Array.from(steps, read)
    return {
      type: 'metrics',
      firstStep: this.#firstStep,
      columns: {
        lr: column(({ lr }) => lr),
        momentum: column(({ momentum }) => momentum),
        loss: column(({ loss }) => loss),
        accuracy: column(({ accuracy }) => accuracy),
      },
      samplesPerSecond: (steps.length * this.#batchSize) / seconds,
    }
  }
}
