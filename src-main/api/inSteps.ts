import type { Cancellation } from '../../shared/api/services.ts'

/** Thrown into work that nobody waits for any more. */
class Cancelled extends Error {
  override readonly name = 'Cancelled'
}

/**
 * What a piece of work tells of its progress, as steps to be pulled: what nobody has taken yet is replaced by what is newer.
 * Whoever leaves, or ends the signal, cancels the work, and waits until it has left nothing behind.
 * @param work reports how far it came, and asks now and then whether it is still wanted; both throw where it is not
 * @returns what it comes to; undefined where it was cancelled
 */
export async function* inSteps<P, R>(
  work: (report: (progress: P) => void, checkWanted: () => void) => Promise<R>,
  signal: Cancellation | undefined,
): AsyncGenerator<P, R | undefined, undefined> {
  let latest: { readonly progress: P } | undefined
  let wake: () => void = () => undefined
  let isOver = false
  let isAbandoned = false
  const checkWanted = (): void => {
    if (isAbandoned || signal?.aborted === true) throw new Cancelled('the window ended it')
  }
  const report = (progress: P): void => {
    checkWanted()
    latest = { progress }
    wake()
  }
  const working = work(report, checkWanted).finally(() => {
    isOver = true
    wake()
  })
  working.catch(() => undefined)
  try {
    while (!isOver) {
      if (latest === undefined) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
        continue
      }
      const { progress } = latest
      latest = undefined
      yield progress
    }
    return await working
  } catch (error) {
    if (!(error instanceof Cancelled)) throw error
    return undefined
  } finally {
    isAbandoned = true
    await working.catch(() => undefined)
  }
}
