import type { Cancellation } from '../../shared/api/services.ts'

/** What `work` gives until the client leaves; then its processes end, and nobody is told of that. */
export async function* whileWanted<T>(
  signal: Cancellation | undefined,
  work: (ended: AbortSignal) => AsyncIterable<T>,
): AsyncGenerator<T, void, undefined> {
  const leave = new AbortController()
  if (signal?.aborted) leave.abort()
  signal?.addEventListener('abort', () => leave.abort(), { once: true })
  try {
    yield* work(leave.signal)
  } catch (error) {
    if (!leave.signal.aborted) throw error
  } finally {
    leave.abort()
  }
}
