import { UserError } from '../../shared/errors.ts'
import { type JobMessage, jobMessage } from '../../shared/run/jobs.ts'
import { openChildChannel } from './childChannel.ts'
import { cancelled, NoAnswer } from './noAnswer.ts'

export interface Patience {
  /** Milliseconds after which the process is ended. */
  readonly within?: number
  /** Ends the process. */
  readonly signal?: AbortSignal
  /** Told each part of the answer that the process sends ahead; what it throws ends the process. */
  readonly onTold?: (part: unknown) => void
  /** Told the end of what the process wrote to its standard error, before the answer is given or the failure thrown. */
  readonly onErrorOutput?: (text: string) => void
  /** Told the process id as soon as there is one. */
  readonly onStart?: (pid: number) => void
  /** Variables of the process, besides those of this one. */
  readonly env?: Readonly<Record<string, string>>
}

type LastMessage = Exclude<JobMessage, { type: 'told' }>

/**
 * Sends one message to a process of its own and gives its answer. The process is ended whatever comes of it.
 * @param entry its file, relative to src-main
 * @throws UserError when it refuses · NoAnswer when it dies, is late or is cancelled
 */
export async function askProcess(
  entry: string,
  call: object,
  { within, signal, onTold, onErrorOutput, onStart, env }: Patience = {},
): Promise<unknown> {
  if (signal?.aborted) throw cancelled()
  const { promise: message, resolve: take, reject: giveUp } = Promise.withResolvers<LastMessage>()
  const onSaid = (said: JobMessage): void => {
    if (said.type !== 'told') {
      take(said)
      return
    }
    try {
      onTold?.(said.part)
    } catch (error) {
      giveUp(error)
    }
  }
  const channel = openChildChannel(entry, jobMessage, onSaid, env)
  if (channel.pid !== undefined) onStart?.(channel.pid)
  void channel.ended.then(({ code, signal: killedBy, spawnError, protocolError }) => {
    const how = spawnError ?? protocolError ?? killedBy ?? `status ${code}`
    giveUp(new NoAnswer('died', `it ended without an answer (${how})`))
  })
  const cancel = (): void => giveUp(cancelled())
  signal?.addEventListener('abort', cancel, { once: true })
  const timer = within === undefined ? undefined : setTimeout(() => giveUp(late(within)), within)
  try {
    channel.send(call)
    const said = await message
    if (said.type === 'refused') throw new UserError(said.reason)
    return said.answer
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', cancel)
    channel.kill()
    if (onErrorOutput !== undefined) onErrorOutput((await channel.ended).errorOutput)
  }
}

const late = (within: number): NoAnswer => new NoAnswer('late', `no answer within ${within / 1000} s`)
