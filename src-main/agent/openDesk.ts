import { hostname } from 'node:os'
import type { Desk } from '../workerLink/desk.ts'
import { createFolderDesk } from '../workerLink/folderDesk.ts'
import { createHttpsDesk } from './httpsDesk.ts'
import { slurmJobOf } from './slurmJob.ts'
import type { WorkerFile } from './workerFile.ts'

export interface OpenDesk extends Desk {
  close(): Promise<void>
}

/** The host that a worker.json names, over the network or a shared folder. @param attendFor see `createHttpsDesk` */
export function openDesk(
  file: WorkerFile,
  attendFor: () => number,
  env: NodeJS.ProcessEnv = process.env,
): OpenDesk {
  if ('mail' in file) {
    const asker =
      slurmJobOf(env) ??
      hostname()
        .toLowerCase()
        .replaceAll(/[^a-z0-9-]/g, '-')
    return createFolderDesk({ folder: file.mail, token: file.token, asker: asker.slice(0, 40), ...pace(env) })
  }
  const desk = createHttpsDesk(file, attendFor)
  return { ...desk, close: async () => desk.close() }
}

/** In a test whose clock is quicker, so are the looks for answers. */
function pace({ ANNEAL_CLOCK }: NodeJS.ProcessEnv): { pollMs?: number } {
  const clock = Number(ANNEAL_CLOCK)
  return clock > 0 && clock < 1 ? { pollMs: Math.max(20, 500 * clock) } : {}
}
