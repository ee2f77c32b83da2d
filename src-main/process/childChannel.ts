import { z } from 'zod'
import { forkPlain } from './plainNode.ts'

/** How a child process ended, whatever it said before. */
export interface ChildEnd {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** The end of what it wrote to its standard error. */
  readonly errorOutput: string
  /** Why there never was a process. */
  readonly spawnError?: string
  /** The first rule that a message broke: the host ended the process for it. */
  readonly protocolError?: string
}

export interface ChildChannel {
  readonly pid: number | undefined
  /** A message to a process that is gone goes nowhere; its end tells the rest. */
  send(message: object): void
  /** Ends the process at once. */
  kill(): void
  /** Resolves when the process is gone and all it sent has been handed on. Never rejects. */
  readonly ended: Promise<ChildEnd>
}

const keptOutput = 65_536

/**
 * Starts a child process and hands on its messages, each checked. Its death never takes the host along, and it does not
 * outlive its host: see hostWatch.ts.
 * @param entry its file, relative to src-main
 * @param env what its environment has besides this process's own
 */
export function openChildChannel<T>(
  entry: string,
  schema: z.ZodType<T>,
  onMessage: (message: T) => void,
  env: Readonly<Record<string, string>> = {},
): ChildChannel {
  const child = forkPlain(entry, {
    env,
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  let errorOutput = ''
  let protocolError: string | undefined
  let spawnError: string | undefined
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errorOutput = (errorOutput + text).slice(-keptOutput)
  })
  child.on('message', (message) => {
    if (protocolError !== undefined) return
    const parsed = schema.safeParse(message)
    if (parsed.success) return onMessage(parsed.data)
    protocolError = z.prettifyError(parsed.error).split('\n', 1)[0] ?? 'unknown'
    child.kill('SIGKILL')
  })
  const disconnected = new Promise<void>((resolve) => child.once('disconnect', resolve))
  const closed = new Promise<Pick<ChildEnd, 'code' | 'signal'>>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }))
    child.on('error', (error) => {
      // A message to a process that has just died ends here too; its exit tells the rest.
      if (child.pid !== undefined) return
      spawnError = error.message
      resolve({ code: null, signal: null })
    })
  })
  const ended = closed.then(async (exit) => {
    // The process may be gone before its last messages have been read.
    if (spawnError === undefined) await disconnected
    return {
      ...exit,
      errorOutput,
      ...(spawnError !== undefined && { spawnError }),
      ...(protocolError !== undefined && { protocolError }),
    }
  })
  return {
    pid: child.pid,
    send(message) {
      if (child.connected) child.send(message, () => undefined)
    },
    kill: () => void child.kill('SIGKILL'),
    ended,
  }
}
