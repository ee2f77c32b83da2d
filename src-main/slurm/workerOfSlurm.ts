import { createHash, randomBytes } from 'node:crypto'
import { lstatSync, mkdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { UserError, wordsOf } from '../../shared/errors.ts'
import { slurmWorkerName } from '../../shared/worker/placement.ts'
import type { WorkerRecord, WorkerStore } from '../store/types/worker.ts'
import { createSlurmCommands } from './commands.ts'
import { folderHere, type SlurmSettings } from './settings.ts'

/*
 * All jobs of Slurm are one worker of the lab, named "slurm-jobs" ("slurm" is where a run is placed). Its token lies in the shared folder, for its user alone.
 */

/** What a job reads to find its host: `worker.json` of the shared folder. */
const workerFile = z.looseObject({ token: z.string().min(1) })

/** @returns undefined where it is not set up, or cannot be seen from here */
export function readSlurmToken(settings: SlurmSettings): string | undefined {
  try {
    const file = path.join(folderHere(settings), 'worker.json')
    // Another user of the cluster could have put a link or a file of his own there.
    const stat = lstatSync(file)
    if (!stat.isFile() || (stat.mode & 0o077) !== 0) return undefined
    return workerFile.parse(JSON.parse(readFileSync(file, 'utf8'))).token
  } catch {
    return undefined
  }
}

/** How a job reaches this host: in worker.json beside id, name and token. */
export type HostAddress =
  | { readonly mail: string }
  | { readonly host: string; readonly port: number; readonly pin: string }

/**
 * Makes the shared folder ready, and the worker of Slurm joined. Done again, jobs that run keep their token, where this
 * machine sees it.
 * @param address for transport https @throws UserError where the folder cannot be made
 */
export async function joinSlurm(
  settings: SlurmSettings,
  workers: WorkerStore,
  address: HostAddress,
): Promise<WorkerRecord> {
  const { transport, login, folder } = settings
  if (transport === 'folder' || login === null) makeFolders(folderHere(settings))
  const token = readSlurmToken(settings) ?? randomBytes(32).toString('base64url')
  const worker = workers.byToken(digest(token)) ?? joinWith(token, workers)
  // A folder that this machine does not see is written by whoever submits.
  const isSeenHere = transport === 'folder' || login === null
  const commands = createSlurmCommands(isSeenHere ? null : login)
  const file = path.posix.join(isSeenHere ? folderHere(settings) : folder, 'worker.json')
  await commands.putFile(
    file,
    `${JSON.stringify({ ...address, id: worker.id, name: slurmWorkerName, token })}\n`,
  )
  return worker
}

function joinWith(token: string, workers: WorkerStore): WorkerRecord {
  const code = randomBytes(32).toString('base64url')
  const invitation = { codeHash: digest(code), codeUntil: Date.now() + 60_000 }
  const before = workers
    .list()
    .find((worker) => worker.name === slurmWorkerName && worker.state !== 'removed')
  if (before === undefined) workers.invite({ name: slurmWorkerName, ...invitation })
  else workers.inviteAgain(before.id, invitation)
  const worker = workers.join(invitation.codeHash, digest(token), Date.now())
  if (worker !== undefined) return worker
  throw new UserError('While setting Slurm up: its worker was removed meanwhile; try again.')
}

function makeFolders(folder: string): void {
  try {
    for (const each of ['', 'mail', 'jobs', 'logs'])
      mkdirSync(path.join(folder, each), { recursive: true, mode: 0o700 })
  } catch (error) {
    const why = wordsOf(error)
    throw new UserError(
      `While setting Slurm up: its shared folder ${folder} cannot be made (${why}); change "folder" or "folderHere" in the settings.`,
    )
  }
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex')
