import { setImmediate } from 'node:timers/promises'
import type { LogProgress } from '../../shared/api/elsewhere.ts'
import type { Cancellation } from '../../shared/api/services.ts'

/** Milliseconds that reading may hold the process before others get their turn. */
const TURN = 10
/** Milliseconds between two words on how far it came. */
const BETWEEN_WORDS = 100

/** Thrown where nobody waits for the answer any more. */
export class Abandoned extends Error {
  override readonly name = 'Abandoned'
}

/**
 * Runs pieces of work one after the other, and lets others have their turn between them.
 * @param pieces give the bytes that this work has read · `done` are those that were read before it
 * @throws Abandoned once the signal says so
 */
export async function* inTurns<T>(
  pieces: Generator<number, T>,
  { done: before, total }: Omit<LogProgress, 'type'>,
  signal: Cancellation | undefined,
): AsyncGenerator<LogProgress, T> {
  const files: Iterator<number, unknown> = pieces
  let turn = performance.now()
  let said = turn
  try {
    for (;;) {
      const step = pieces.next()
      if (step.done === true) return step.value
      const now = performance.now()
      if (now - turn < TURN) continue
      await setImmediate()
      if (signal?.aborted === true) throw new Abandoned('nobody waits for the log any more')
      turn = performance.now()
      if (turn - said < BETWEEN_WORDS) continue
      said = turn
      yield { type: 'progress', done: Math.min(total, before + step.value), total }
    }
  } finally {
    // Whoever leaves in the middle leaves no file open.
    files.return?.()
  }
}
