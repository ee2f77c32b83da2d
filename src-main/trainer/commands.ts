import type { CommandMessage } from '../../shared/run/messages.ts'

export type Command = CommandMessage

/** Commands that have arrived, oldest first, until the loop comes to them between two steps. */
export class CommandQueue {
  readonly #waiting: Command[] = []
  #wake: (() => void) | undefined

  push(command: Command): void {
    this.#waiting.push(command)
    this.#wake?.()
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0
  }

  take(): Command | undefined {
    return this.#waiting.shift()
  }

  /** The next command, waiting for it if there is none. */
  async next(): Promise<Command> {
    for (;;) {
      const command = this.take()
      if (command !== undefined) return command
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
      this.#wake = undefined
    }
  }
}
