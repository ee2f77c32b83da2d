import { readFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { parseOrExplain, UserError, wordsOf } from '../../shared/errors.ts'
import { workerId, workerName } from '../../shared/worker/placement.ts'
import { sha256 } from '../../shared/worker/protocol.ts'

const own = { id: workerId, name: workerName, token: z.string().min(1) }

/** `worker.json` in the folder of an agent, readable by its user alone: which host it works for, and as whom. */
const workerFile = z.union([
  z.object({
    ...own,
    host: z.string().min(1),
    port: z.int().min(1).max(65_535),
    /** sha256 of the host's certificate (DER). */
    pin: sha256,
  }),
  z.object({
    ...own,
    /** A folder that the host sees too: no network lies between them (see workerLink/folderMail.ts). */
    mail: z.string().min(1),
  }),
])
export type WorkerFile = z.infer<typeof workerFile>

/** @throws UserError where the folder is not that of a worker */
export function readWorkerFile(folder: string): WorkerFile {
  const file = path.join(folder, 'worker.json')
  const doing = `reading ${file}`
  let content: unknown
  try {
    content = JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    const why = wordsOf(error)
    throw new UserError(
      `While ${doing}: ${why}; a machine becomes a worker with the command that "anneal workers add NAME" prints on its host.`,
    )
  }
  return parseOrExplain(workerFile, content, doing)
}
