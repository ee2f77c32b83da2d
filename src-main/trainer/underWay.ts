import type { StepSettings } from './optimizers/index.ts'
import type { StepResult } from './step.ts'

/** A step that the device has been given, and whose numbers are still to come. */
export interface UnderWay {
  readonly step: number
  readonly settings: StepSettings
  readonly examples: number
  readonly result: Promise<StepResult>
}

/** Steps in the order in which they were begun: a device that works on its own is never waited for longer than needed. */
export class StepsUnderWay {
  readonly #steps: UnderWay[] = []

  begin(step: UnderWay): void {
    // It is waited for later; until then it must not pass for an error that nobody wanted.
    step.result.catch(() => undefined)
    this.#steps.push(step)
  }

  /** Waits until no more than so many are under way. */
  async settle(atMost: number, account: (step: UnderWay, result: StepResult) => void): Promise<void> {
    while (this.#steps.length > atMost) {
      const first = this.#steps.shift()
      if (first !== undefined) account(first, await first.result)
    }
  }

  /** Waits for what is under way and forgets its numbers: a process must not end while its device works. */
  async abandon(): Promise<void> {
    await Promise.allSettled(this.#steps.splice(0).map(({ result }) => result))
  }
}
