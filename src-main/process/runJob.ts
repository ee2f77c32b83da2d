import { constants, setPriority } from 'node:os'
import { UserError } from '../../shared/errors.ts'
import {
  type JobAnswer,
  type JobCall,
  type JobMessage,
  type JobName,
  type JobRequest,
  jobMessage,
  jobs,
} from '../../shared/run/jobs.ts'
import { openChildChannel } from './childChannel.ts'
import { cancelled, NoAnswer } from './noAnswer.ts'

export interface Patience {
  /** Milliseconds after which the process is ended. */
  readonly within?: number
  /** Ends the process. */
  readonly signal?: AbortSignal
  /** Whether the process gives way to all others: nobody waits for its answer. */
  readonly givesWay?: boolean
  /** Told each part of the answer that the job sends ahead; what it throws ends the process. */
  readonly onTold?: (part: unknown) => void
  /** Told the end of what the process wrote to its standard error, before the answer is given or the failure thrown. */
  readonly onErrorOutput?: (text: string) => void
}

type LastMessage = Exclude<JobMessage, { type: 'told' }>

/**
 * Asks a process of its own, which may load tfjs and ends with the answer.
 * @throws UserError when the job is refused · NoAnswer when its process dies, is late or is cancelled
 */
export async function runJob<N extends JobName>(
  job: N,
  request: JobRequest<N>,
  { within, signal, givesWay = false, onTold, onErrorOutput }: Patience = {},
): Promise<JobAnswer<N>> {
  if (signal?.aborted) throw cancelled()
  const { promise: message, resolve: take, reject: giveUp } = Promise.withResolvers<LastMessage>()
  const channel = openChildChannel('trainer/jobEntry.ts', jobMessage, (said) => {
    if (said.type !== 'told') return take(said)
    try {
      onTold?.(said.part)
    } catch (error) {
      giveUp(error)
    }
  })
  if (givesWay) lowerPriority(channel.pid)
  void channel.ended.then(({ code, signal: killedBy, spawnError, protocolError }) => {
    const how = spawnError ?? protocolError ?? killedBy ?? `status ${code}`
    giveUp(new NoAnswer('died', `it ended without an answer (${how})`))
  })
  const cancel = (): void => giveUp(cancelled())
  signal?.addEventListener('abort', cancel, { once: true })
  const timer = within === undefined ? undefined : setTimeout(() => giveUp(late(within)), within)
  try {
    channel.send({ job, request } satisfies JobCall)
    const said = await message
    if (said.type === 'refused') throw new UserError(said.reason)
    return jobs[job].answer.parse(said.answer)
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', cancel)
    channel.kill()
    if (onErrorOutput !== undefined) onErrorOutput((await channel.ended).errorOutput)
  }
}

const late = (within: number): NoAnswer => new NoAnswer('late', `no answer within ${within / 1000} s`)

function lowerPriority(pid: number | undefined): void {
  try {
    if (pid !== undefined) setPriority(pid, constants.priority.PRIORITY_LOW)
  } catch {
    // It has ended already, or the system does not allow it: then it takes its share.
  }
}
