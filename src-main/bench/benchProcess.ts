import { once } from 'node:events'
import { UserError } from '../../shared/errors.ts'
import { type BenchReply, type BenchRequest, benchReply } from '../../shared/run/bench.ts'
import { forkPlain } from '../plainNode.ts'

export type Measured = Extract<BenchReply, { type: 'measured' }>

/**
 * Times training steps in a process of its own, as everything that loads a model does.
 * @throws UserError when the model or the device cannot be had · Error when the process dies
 */
export async function benchInProcess(request: BenchRequest): Promise<Measured> {
  const child = forkPlain('trainer/benchEntry.ts', { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
  const over = new AbortController()
  const { signal } = over
  try {
    child.send(request, () => undefined)
    const answered = once(child, 'message', { signal }).then(([message]) => benchReply.parse(message))
    const died = once(child, 'close', { signal }).then(([code, killed]): BenchReply => {
      throw new Error(`the process that times steps ended without an answer (${killed ?? `status ${code}`})`)
    })
    // The race is over: whichever lost must not end the host.
    answered.catch(() => undefined)
    died.catch(() => undefined)
    const reply = await Promise.race([answered, died])
    if (reply.type === 'refused') throw new UserError(reply.reason)
    return reply
  } finally {
    over.abort()
    child.kill()
  }
}
