import { createHash } from 'node:crypto'
import type { Cancellation, Services, Update } from '../../shared/api/services.ts'
import type { WorkerServices, WorkersInfo } from '../../shared/api/workers.ts'
import type { Pulse } from './pulse.ts'

/** Between two looks at the workers, in milliseconds: their load and when they last spoke are no change of the database. */
const beat = 1_000

export function createWorkerServices(workers: WorkerServices, pulse: Pulse): Services['workers'] {
  /** What this host has done itself shows at once. */
  const looks = new Set<() => void>()
  const done = (): void => {
    pulse.poke()
    for (const look of looks) look()
  }
  return {
    info: () => workers.info(),
    changes: (cursor, signal) => watchWorkers(workers, looks, cursor, signal),
    async add(input) {
      const invitation = await workers.add(input)
      done()
      return invitation
    },
    async inviteAgain(id, address) {
      const invitation = await workers.inviteAgain(id, address)
      done()
      return invitation
    },
    async command(input) {
      await workers.command(input)
      done()
    },
    setSettings(input) {
      workers.setSettings(input)
      done()
    },
  }
}

async function* watchWorkers(
  workers: WorkerServices,
  looks: Set<() => void>,
  cursor: string | undefined,
  signal: Cancellation | undefined,
): AsyncGenerator<Update<WorkersInfo>, void, undefined> {
  let told = cursor
  while (signal?.aborted !== true) {
    // Begins before the look: what is done meanwhile is looked at again.
    const next = nextLook(looks, signal)
    const info = await workers.info()
    const now = digest(info)
    if (now !== told) yield { cursor: now, value: info }
    told = now
    await next
  }
}

/** Resolves after a beat, when somebody asks for a look, or with the signal. */
function nextLook(looks: Set<() => void>, signal: Cancellation | undefined): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer)
      looks.delete(end)
      signal?.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, beat)
    looks.add(end)
    signal?.addEventListener('abort', end, { once: true })
  })
}

const digest = (info: WorkersInfo): string =>
  createHash('sha256').update(JSON.stringify(info)).digest('hex').slice(0, 16)
