import type { EventBody } from './events.ts'
import type { TrainingClock } from './trainingClock.ts'

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
  readonly #clock: () => number
  readonly #training: TrainingClock
  #firstStep = 0
  #examples = 0
  /** When the last batch of metrics was taken, on the wall and in training. */
  #takenAt: number
  #trainedAt: number

  /** @param clock milliseconds · @param training what the speed is told from */
  constructor(clock: () => number, training: TrainingClock) {
    this.#clock = clock
    this.#training = training
    this.#takenAt = clock()
    this.#trainedAt = training.ms
  }

  add(step: number, examples: number, metrics: StepMetrics): void {
    if (this.#steps.length === 0) this.#firstStep = step
    this.#steps.push(metrics)
    this.#examples += examples
  }

  /** Milliseconds since the last batch of metrics was taken. */
  get age(): number {
    return this.#clock() - this.#takenAt
  }

  /** What has been collected, as an event; undefined when there is nothing. */
  take(): EventBody | undefined {
    const steps = this.#steps.splice(0)
    this.#takenAt = this.#clock()
    if (steps.length === 0) return undefined
    const seconds = Math.max(this.#training.ms - this.#trainedAt, 1e-3) / 1000
    const examples = this.#examples
    this.#trainedAt = this.#training.ms
    this.#examples = 0
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
      samplesPerSecond: examples / seconds,
    }
  }
}
