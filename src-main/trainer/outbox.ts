import { setImmediate, setTimeout } from 'node:timers/promises'
import type { TrainerEvent } from '../../shared/run/messages.ts'

/** More events than this not yet handed to the system, and the loop waits: memory must not grow with a slow reader. */
const mostUnsent = 16
/** The same for events not yet stored, of a host that says what it has stored. */
export const mostUnstored = 256
/** Milliseconds between two looks whether the host has stored more. */
const lookEvery = 10

/** Events on their way to the host's database. */
export class Outbox {
  readonly #post: (event: TrainerEvent, onSent: () => void) => void
  readonly #isAwaited: () => boolean
  #unsent = 0
  #lastSent = -1
  #lastStored: number | undefined

  /** @param isAwaited whether a command waits for the loop: a host whose disk is full can still stop the run */
  constructor(post: (event: TrainerEvent, onSent: () => void) => void, isAwaited: () => boolean) {
    this.#post = post
    this.#isAwaited = isAwaited
  }

  send(event: TrainerEvent): void {
    this.#unsent++
    this.#lastSent = event.seq
    this.#post(event, () => {
      this.#unsent--
    })
  }

  /** The host has stored the events up to this one. */
  stored(seq: number): void {
    this.#lastStored = Math.max(seq, this.#lastStored ?? -1)
  }

  /** Lets messages in, and waits while too much is still to be sent or stored. */
  async breathe(): Promise<void> {
    do await setImmediate()
    while (this.#unsent > mostUnsent)
    while (this.#isAhead() && !this.#isAwaited()) await setTimeout(lookEvery)
  }

  /** Resolves when everything has been handed to the system. */
  async empty(): Promise<void> {
    while (this.#unsent > 0) await setImmediate()
  }

  #isAhead(): boolean {
    return this.#lastStored !== undefined && this.#lastSent - this.#lastStored > mostUnstored
  }
}
