import { randomBytes } from 'node:crypto'
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

/*
 * Names under which the content of a data set was imported again, beside the one in meta.json. They stand in a file of
 * their own, because meta.json is never changed once it is stored.
 */

const stored = z.object({ names: z.array(z.string().min(1)) })

const fileIn = (folder: string): string => join(folder, 'names.json')

/** None where the file is missing or unreadable: a data set is whole without it. */
export async function readOtherNames(folder: string): Promise<readonly string[]> {
  try {
    return stored.parse(JSON.parse(await readFile(fileIn(folder), 'utf8'))).names
  } catch {
    return []
  }
}

/** Replaces the file as a whole, so that a reader never sees half of it. */
export async function writeOtherNames(folder: string, names: readonly string[]): Promise<void> {
  const file = fileIn(folder)
  const beside = `${file}.${process.pid}-${randomBytes(4).toString('hex')}`
  try {
    await writeFile(beside, `${JSON.stringify({ names })}\n`, { flush: true, flag: 'wx' })
    await rename(beside, file)
  } catch (error) {
    await rm(beside, { force: true }).catch(() => undefined)
    throw error
  }
}
