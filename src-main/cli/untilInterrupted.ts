import type { Cli } from './context.ts'
import { Interrupted } from './terminal.ts'

/**
 * Does work that Ctrl+C may end. The first interrupt aborts the signal: the work ends the processes that it has started, and
 * what is open is closed. A second one ends the command at once.
 * @throws Interrupted when it was
 */
export async function untilInterrupted<T>(
  { terminal }: Cli,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const interrupt = new AbortController()
  const unhook = terminal.onInterrupt(() => {
    unhook()
    interrupt.abort()
  })
  try {
    return await work(interrupt.signal)
  } catch (error) {
    throw interrupt.signal.aborted ? new Interrupted('the user has interrupted it') : error
  } finally {
    unhook()
  }
}
