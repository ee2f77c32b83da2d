import { z } from 'zod'
import { type TrainerEvent, type TrainerRequest, trainerEvent } from '../../shared/run/messages.ts'
import { forkPlain } from '../plainNode.ts'

/** How a trainer process ended, whatever it said before. */
export interface TrainerExit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** The last thing it wrote to its standard error, for the reason of a crash. */
  readonly lastWords: string
  /** Set when the host ended it because of a message outside the protocol. */
  readonly protocolError?: string
}

export interface Trainer {
  readonly pid: number | undefined
  send(request: TrainerRequest): void
  /** Ends the process at once; its last checkpoint is all that stays. */
  kill(): void
  /** Resolves when the process is gone and all it sent has been handed on. Never rejects. */
  readonly exited: Promise<TrainerExit>
}

const keptOutput = 4096

/**
 * Starts a trainer process. Its death never takes the host along; the host's death closes the
 * channel, on which the trainer ends by itself.
 */
export function forkTrainer(onEvent: (event: TrainerEvent) => void): Trainer {
  const child = forkPlain('trainer/entry.ts', {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  let output = ''
  let protocolError: string | undefined
  let spawnError: string | undefined
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    output = (output + text).slice(-keptOutput)
  })
  child.on('message', (message) => {
    if (protocolError !== undefined) return
    const parsed = trainerEvent.safeParse(message)
    if (parsed.success) return onEvent(parsed.data)
    protocolError = z.prettifyError(parsed.error).split('\n', 1)[0] ?? 'unknown'
    child.kill('SIGKILL')
  })
  const disconnected = new Promise<void>((resolve) => child.once('disconnect', resolve))
  const closed = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }))
    child.on('error', (error) => {
      // A send to a trainer that has just died ends here too; its exit tells the rest.
      if (child.pid !== undefined) return
      spawnError = error.message
      resolve({ code: null, signal: null })
    })
  })
  const exited = closed.then(async ({ code, signal }) => {
    // The process may be gone before its last messages have been read.
    if (spawnError === undefined) await disconnected
    return {
      code,
      signal,
      lastWords: spawnError ?? lastLine(output),
      ...(protocolError !== undefined && { protocolError }),
    }
  })
  return {
    pid: child.pid,
    send(request) {
      if (child.connected) child.send(request, () => undefined)
    },
    kill: () => void child.kill('SIGKILL'),
    exited,
  }
}

/** Why a trainer that never said goodbye is gone, in words a user reads. */
export function explainExit(exit: TrainerExit, resumesAt: number): string {
  const resume = `resume continues from step ${resumesAt}`
  if (exit.protocolError !== undefined) {
    return `The trainer was ended because it sent a message outside the protocol (${exit.protocolError}); ${resume}.`
  }
  if (exit.signal === 'SIGKILL') {
    return `The trainer was killed (SIGKILL), perhaps for lack of memory; ${resume}.`
  }
  if (exit.signal !== null) return `The trainer was ended by ${exit.signal}; ${resume}.`
  const words = exit.lastWords === '' ? '' : `: ${exit.lastWords}`
  if (exit.code === null) return `The trainer could not be started${words}; ${resume}.`
  return `The trainer ended unexpectedly (exit status ${exit.code}${words}); ${resume}.`
}

/** The error of a stack trace if there is one, else the last line. */
function lastLine(output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '')
  const thrown = lines.findLast((line) => /^(\w*Error|FATAL ERROR)\b.*: /.test(line))
  return (thrown ?? lines.at(-1) ?? '').trim().slice(0, 300)
}
