import { once } from 'node:events'
import { type ProbeReply, type ProbeRequest, probeReply } from '../../shared/run/probe.ts'
import { forkPlain } from '../plainNode.ts'

/** Longer than any driver takes to start. */
const patience = 60_000

/** Looks in a process of its own: the host never loads tfjs, and a driver may crash while it starts. */
export async function probeInProcess(request: ProbeRequest): Promise<ProbeReply> {
  const child = forkPlain('engine/probeEntry.ts', { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
  const ended = new AbortController()
  const timer = setTimeout(() => child.kill(), patience)
  try {
    child.send(request, () => undefined)
    const answer = once(child, 'message', { signal: ended.signal }).then(([message]) =>
      probeReply.parse(message),
    )
    const death = once(child, 'close', { signal: ended.signal }).then(
      ([code, signal]): ProbeReply => ({
        available: false,
        rank: -1,
        reason: `it crashed while it started (${signal ?? `status ${code}`})`,
      }),
    )
    death.catch(() => undefined)
    answer.catch(() => undefined)
    return await Promise.race([answer, death])
  } finally {
    ended.abort()
    clearTimeout(timer)
    child.kill()
  }
}
