import { once } from 'node:events'
import { constants, setPriority } from 'node:os'
import type { Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import type { z } from 'zod'
import { forkPlain } from './plainNode.ts'

/** How a process that owed an answer ended without one. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer'
  readonly why: 'died' | 'late' | 'cancelled'

  constructor(why: NoAnswer['why'], words: string) {
    super(words)
    this.why = why
  }
}

export interface Patience {
  /** Milliseconds after which the process is ended. */
  readonly within?: number
  /** Ends the process. */
  readonly signal?: AbortSignal
  /** Whether the process gives way to all others: nobody waits for its answer. */
  readonly givesWay?: boolean
  /** Told the end of what the process wrote to its standard error, before the answer is given or the failure thrown. */
  readonly onErrorOutput?: (text: string) => void
}

/**
 * One question to a process of its own, which may load tfjs and dies after it. The host's death ends it too.
 * @param entry its file, relative to src-main  @throws NoAnswer
 */
export async function askProcess<T>(
  entry: string,
  question: NonNullable<unknown>,
  answer: z.ZodType<T>,
  { within, signal, givesWay = false, onErrorOutput }: Patience = {},
): Promise<T> {
  const stderr = onErrorOutput === undefined ? 'ignore' : 'pipe'
  const child = forkPlain(entry, { serialization: 'advanced', stdio: ['ignore', 'ignore', stderr, 'ipc'] })
  if (givesWay) lowerPriority(child.pid)
  const said = lastOutput(child.stderr)
  const over = new AbortController()
  const { signal: quiet } = over
  // The process may be gone before its answer has been read: "close" comes after the channel has been emptied.
  const disconnected = once(child, 'disconnect', { signal: quiet })
  const answered = once(child, 'message', { signal: quiet }).then(([message]) => answer.parse(message))
  const died = once(child, 'exit', { signal: quiet }).then(async ([code, killedBy]) => {
    await disconnected
    throw new NoAnswer('died', `it ended without an answer (${killedBy ?? `status ${code}`})`)
  })
  const given = [disconnected, answered, died]
  const timer =
    within === undefined
      ? undefined
      : setTimeout(() => over.abort(new NoAnswer('late', `no answer within ${within / 1000} s`)), within)
  const cancel = (): void => over.abort(new NoAnswer('cancelled', 'it was cancelled'))
  if (signal?.aborted) cancel()
  signal?.addEventListener('abort', cancel, { once: true })
  try {
    child.send(question, () => undefined)
    return await Promise.race([answered, died])
  } catch (error) {
    throw quiet.aborted && quiet.reason instanceof NoAnswer ? quiet.reason : error
  } finally {
    // The race is over: whatever lost it must not end the host.
    for (const each of given) each.catch(() => undefined)
    clearTimeout(timer)
    signal?.removeEventListener('abort', cancel)
    over.abort()
    child.kill('SIGKILL')
    onErrorOutput?.(await said)
  }
}

function lowerPriority(pid: number | undefined): void {
  try {
    if (pid !== undefined) setPriority(pid, constants.priority.PRIORITY_LOW)
  } catch {
    // It has ended already, or the system does not allow it: then it takes its share.
  }
}

const keptOutput = 65_536

/** All there is of it, or its end, when the stream is over. */
async function lastOutput(stream: Readable | null): Promise<string> {
  if (stream === null) return ''
  let text = ''
  stream.setEncoding('utf8').on('data', (more: string) => {
    text = (text + more).slice(-keptOutput)
  })
  await finished(stream).catch(() => undefined)
  return text
}
