import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { inWords } from './inWords.ts'
import { findRecords } from './spool/segments.ts'
import { type FoundSpool, findSpools } from './spool/spools.ts'

/** What a spool holds that its host has not acknowledged yet. */
export interface SpoolStatus {
  readonly runId: string
  readonly attempt: number
  /** alive: an agent works on it. */
  readonly owner: FoundSpool['owner']
  /** Events on this disk; the host may have some of them. */
  readonly events: number
  /** On this disk. */
  readonly bytes: number
  /** Whether its trainer has said its last word. */
  readonly hasEnded: boolean
  /** In words; null where it is whole. */
  readonly damage: string | null
}

/** Of all spools of an agent's folder. Nothing is changed. */
export async function spoolStatus(folder: string): Promise<SpoolStatus[]> {
  const found = await findSpools(path.join(folder, 'spool'))
  return Promise.all(found.map(statusOf))
}

async function statusOf({ key, folder, owner }: FoundSpool): Promise<SpoolStatus> {
  const { entries, damage } = await findRecords(folder, false).catch((error: unknown) => ({
    entries: [],
    damage: inWords(error),
  }))
  return {
    ...key,
    owner,
    events: entries.length,
    bytes: await bytesIn(folder),
    hasEnded: entries.at(-1)?.type === 'ended',
    damage: damage ?? null,
  }
}

async function bytesIn(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true }).catch(() => [])
  const sizes = names.map((name) =>
    stat(path.join(folder, name)).then(
      (found) => (found.isFile() ? found.size : 0),
      () => 0,
    ),
  )
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
}
