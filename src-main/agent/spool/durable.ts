import { constants } from 'node:fs'
import { type FileHandle, lstat, mkdir, open, rename } from 'node:fs/promises'
import path from 'node:path'
import { syncFolder } from '../../syncFolder.ts'

/** Makes a folder and those above it, each name durable. */
export async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true })
  if (first === undefined) return
  for (let made = folder; ; made = path.dirname(made)) {
    await syncFolder(path.dirname(made))
    if (made === first) return
  }
}

/** Whether it is a folder itself, not a link to one. */
export async function isPlainFolder(folder: string): Promise<boolean> {
  return lstat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  )
}

/**
 * Opens a file that must be one: no link is followed, no device or pipe is read.
 * @throws Error with why, or what the system says
 */
export async function openPlain(file: string, flags: number): Promise<FileHandle> {
  // Without NONBLOCK the opening of a pipe would wait for somebody who writes into it.
  const handle = await open(file, flags | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0), 0o600)
  const found = await handle.stat().catch(() => undefined)
  if (found?.isFile() === true) return handle
  await handle.close()
  throw new Error(`${path.basename(file)} is no file`)
}

/** Writes a whole file under another name, then renames it: it stands there whole or not at all. */
export async function writeDurably(file: string, bytes: Uint8Array | string): Promise<void> {
  const beside = `${file}.${process.pid}.tmp`
  {
    await using handle = await openPlain(beside, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC)
    await handle.writeFile(bytes)
    await handle.sync()
  }
  await rename(beside, file)
  await syncFolder(path.dirname(file))
}

/** Of an error of the system, "ENOSPC"; undefined for others. */
export const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
