import { once } from 'node:events'
import { UserError } from '../../shared/errors.ts'
import { type AverageReply, type AverageRequest, averageReply } from '../../shared/run/average.ts'
import { forkPlain } from '../plainNode.ts'

/**
 * Averages weights in a process of its own, as everything that loads a model does.
 * @throws UserError when the model cannot be built · Error when the process dies
 */
export async function averageInProcess(
  request: AverageRequest,
): Promise<Extract<AverageReply, { type: 'averaged' }>> {
  const child = forkPlain('trainer/averageEntry.ts', {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  const answered = once(child, 'message').then(([message]) => averageReply.parse(message))
  const disconnected = new Promise<void>((resolve) => child.once('disconnect', resolve))
  const died = once(child, 'exit').then(async ([code, signal]) => {
    // The process may be gone before its answer has been read.
    await disconnected
    throw new Error(
      `the process that averages weights ended without an answer (${signal ?? `status ${code}`})`,
    )
  })
  try {
    child.send(request, () => undefined)
    const reply = await Promise.race([answered, died])
    if (reply.type === 'failed') throw new UserError(reply.reason)
    return reply
  } finally {
    // The race is over: whichever lost must not end the host.
    answered.catch(() => undefined)
    died.catch(() => undefined)
    child.kill()
  }
}
