import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { processExists } from '../process/processes.ts'

/** Temp folders of this process that are in use; any other with our process id is left from an earlier process. */
const inUse = new Set<string>()

const NAME = /^\.temp-(\d+)-[0-9a-f]+$/
const DAY_MS = 24 * 3600 * 1000

/** A new folder inside `parent`, which is there, for half-done work, named after this process so that others know it is alive. */
export async function makeTemp(parent: string): Promise<string> {
  const folder = join(parent, `.temp-${process.pid}-${randomBytes(6).toString('hex')}`)
  if (inUse.size === 0) process.on('exit', dropInUse)
  inUse.add(folder)
  try {
    await mkdir(folder)
  } catch (error) {
    forget(folder)
    throw error
  }
  return folder
}

/** Ctrl+C ends the command line with `process.exit`, which waits for nothing but this. */
function dropInUse(): void {
  for (const folder of inUse) {
    try {
      rmSync(folder, { recursive: true, force: true })
    } catch {
      // A later start sweeps it.
    }
  }
}

function forget(folder: string): void {
  inUse.delete(folder)
  if (inUse.size === 0) process.off('exit', dropInUse)
}

/** Removes the folder and what is in it; nothing happens when it is gone already. */
export async function dropTemp(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 3 })
  forget(folder)
}

/**
 * Removes the temp folders that killed processes left in `parent`. A process id may have been given to another
 * program since, so a folder untouched for a day goes too.
 */
export async function sweepTemps(parent: string): Promise<void> {
  for (const name of await readdir(parent).catch(() => [])) {
    const pid = NAME.exec(name)?.[1]
    if (pid === undefined) continue
    const folder = join(parent, name)
    if (inUse.has(folder)) continue
    // One that may not be removed is another user's, and in nobody's way.
    if (!isAlive(Number(pid)) || (await isOld(folder))) await dropTemp(folder).catch(() => undefined)
  }
}

/** Whether a process other than this one has the id. */
export const isAlive = (pid: number): boolean => pid !== process.pid && processExists(pid)

async function isOld(folder: string): Promise<boolean> {
  const names = await readdir(folder, { recursive: true }).catch(() => [])
  const times = await Promise.all(
    [folder, ...names.map((name) => join(folder, name))].map((path) =>
      stat(path).then(
        (found) => found.mtimeMs,
        () => 0,
      ),
    ),
  )
  return Date.now() - Math.max(...times) > DAY_MS
}
