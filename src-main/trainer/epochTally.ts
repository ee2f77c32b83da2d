import type { TrainerPosition } from '../../shared/run/messages.ts'
import type { EventBody } from './events.ts'
import type { TrainingClock } from './trainingClock.ts'

type Sums = TrainerPosition['epoch']
type Epoch = Extract<EventBody, { type: 'epoch' }>

/** What the steps of the epoch under way add up to: its mean training loss and accuracy, and its time. */
export class EpochTally {
  readonly #clock: () => number
  readonly #training: TrainingClock
  #sums: Sums
  #startedAt: number
  /** Milliseconds of training before this epoch. */
  #trainedBefore = 0

  /** @param sums of the part that an earlier attempt trained · @param clock milliseconds, never going back */
  constructor(sums: Sums, clock: () => number, training: TrainingClock) {
    this.#sums = { ...sums }
    this.#clock = clock
    this.#training = training
    this.#startedAt = clock()
  }

  /** As a state keeps them. */
  get sums(): Sums {
    return this.#sums
  }

  /** @param loss mean over the batch · @param correct of its examples */
  add(loss: number, correct: number, examples: number): void {
    this.#sums.lossSum += loss * examples
    this.#sums.correct += correct
    this.#sums.examples += examples
  }

  /** So far: the epoch, or the part of it that a run ends in. */
  get figures(): Pick<Epoch, 'trainLoss' | 'trainAccuracy' | 'seconds' | 'trainingSeconds'> {
    const { lossSum, correct, examples } = this.#sums
    return {
      trainLoss: lossSum / examples,
      trainAccuracy: correct / examples,
      seconds: (this.#clock() - this.#startedAt) / 1000,
      trainingSeconds: (this.#training.ms - this.#trainedBefore) / 1000,
    }
  }

  beginNext(): void {
    this.#sums = { lossSum: 0, correct: 0, examples: 0 }
    this.#startedAt = this.#clock()
    this.#trainedBefore = this.#training.ms
  }
}
