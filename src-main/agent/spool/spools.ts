import { readdir, readFile, rm, rmdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { AttemptKey } from '../../../shared/worker/protocol.ts'
import { ownerText, stateOf } from '../../process/owner.ts'
import { isPlainFolder } from './durable.ts'

const run = /^[0-9A-Za-z_-]{1,64}$/
const number = /^[1-9]\d{0,8}$/

/** Where the spool of an attempt lies. @throws Error for a run whose id is no name of a folder */
export function spoolFolder(spools: string, { runId, attempt }: AttemptKey): string {
  if (!run.test(runId)) throw new Error(`${JSON.stringify(runId)} is no id of a run`)
  return path.join(spools, runId, String(attempt))
}

export interface FoundSpool {
  readonly key: AttemptKey
  readonly folder: string
  /** Of the process that began it. */
  readonly owner: 'alive' | 'dead' | 'elsewhere'
}

/** All spools, whoever made them. Links and other names are passed over. */
export async function findSpools(spools: string): Promise<FoundSpool[]> {
  const found: FoundSpool[] = []
  for (const runId of await foldersIn(spools, run))
    for (const attempt of await foldersIn(path.join(spools, runId), number)) {
      const folder = path.join(spools, runId, attempt)
      const text = await readFile(path.join(folder, ownerFile), 'utf8').catch(() => '')
      found.push({ key: { runId, attempt: Number(attempt) }, folder, owner: stateOf(text) })
    }
  return found
}

const ownerFile = 'owner.json'

/** Says that this process trains, or drains, what lies there. */
export const ownSpool = (folder: string): Promise<void> =>
  writeFile(path.join(folder, ownerFile), ownerText())

/** Says that nothing works on it any more, though this process lives on: the next one need not wait for its end. */
export const disownSpool = (folder: string): Promise<void> =>
  rm(path.join(folder, ownerFile), { force: true })

/** Takes it from the disk, whatever lies in it. Links are not followed. */
export async function removeSpool(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 3 })
  // Another attempt of the run may be there.
  await rmdir(path.dirname(folder)).catch(() => undefined)
}

async function foldersIn(folder: string, name: RegExp): Promise<string[]> {
  const names = (await readdir(folder).catch(() => [])).filter((each) => name.test(each))
  const plain = await Promise.all(names.map((each) => isPlainFolder(path.join(folder, each))))
  return names.filter((_, i) => plain[i])
}
