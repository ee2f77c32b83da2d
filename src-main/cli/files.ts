import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { open } from 'node:fs/promises'
import path from 'node:path'
import { UserError, wordsOf } from '../../shared/errors.ts'
import { refuseDeepNesting } from '../../shared/json.ts'
import { isAlive } from '../datasets/tempFolder.ts'
import { oneLine } from './oneLine.ts'

export type Chunk = string | Uint8Array

const largestJson = 16 * 2 ** 20

/** @throws UserError when the file cannot be read, is too large or is not JSON */
export function readJsonFile(file: string, doing: string): unknown {
  let text: string
  try {
    const content = readFileSync(file)
    if (content.byteLength > largestJson) {
      throw new UserError(
        `While ${doing}: ${file} has ${content.byteLength} bytes, more than the ${largestJson} a spec may have.`,
      )
    }
    text = content.toString('utf8')
  } catch (error) {
    if (error instanceof UserError) throw error
    throw new UserError(`While ${doing}: ${file} cannot be read (${reasonOf(error)}); check the path.`)
  }
  refuseDeepNesting(text, file, doing)
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (error) {
    throw new UserError(`While ${doing}: ${file} cannot be read as JSON (${oneLine(wordsOf(error))}).`)
  }
}

/** @throws UserError when something is there already and `force` was not given: nothing is overwritten unasked */
export function refuseToOverwrite(file: string, force: boolean): void {
  if (!force && existsSync(file)) {
    throw new UserError(`${file} exists already; give another --out, or --force to replace it.`)
  }
}

/**
 * For a file that is written only after long work: what would refuse it then refuses it now.
 * @throws UserError when it is there already and `force` was not given, or when its folder cannot be written
 */
export function refuseUnwritable(file: string, force: boolean): void {
  refuseToOverwrite(file, force)
  const folder = path.dirname(path.resolve(file))
  try {
    mkdirSync(folder, { recursive: true })
    accessSync(folder, constants.W_OK)
  } catch (error) {
    throw new UserError(`${file} cannot be written (${reasonOf(error)}); give another --out.`)
  }
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory() === true) {
    throw new UserError(`${file} cannot be written (it is a folder); give another --out.`)
  }
}

/** Writes beside the file first and renames at the end, so that a half-written file never bears its name. */
export async function writeFileWhole(
  file: string,
  chunks: Iterable<Chunk> | AsyncIterable<Chunk>,
  force: boolean,
): Promise<{ file: string; bytes: number }> {
  const bytes = await makeFileWhole(file, force, async (partial) => {
    let written = 0
    const handle = await open(partial, 'w')
    try {
      for await (const chunk of chunks) {
        const data = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
        await handle.writeFile(data)
        written += data.byteLength
      }
    } finally {
      await handle.close()
    }
    return written
  })
  return { file, bytes }
}

/** The same of what is written by somebody else, to the path that is given. */
export async function makeFileWhole<T>(
  file: string,
  force: boolean,
  make: (partial: string) => Promise<T>,
): Promise<T> {
  refuseToOverwrite(file, force)
  const partial = `${file}.${process.pid}.partial`
  // An interrupt ends the program with `process.exit`, which waits for nothing but this.
  const drop = (): void => rmSync(partial, { force: true })
  try {
    mkdirSync(path.dirname(path.resolve(file)), { recursive: true })
    dropStale(file)
    process.once('exit', drop)
    const made = await make(partial)
    renameSync(partial, file)
    return made
  } catch (error) {
    drop()
    if (isSystemError(error)) throw new UserError(`${file} cannot be written (${reasonOf(error)}).`)
    throw error
  } finally {
    process.off('exit', drop)
  }
}

/** Removes what killed processes left of this file. */
function dropStale(file: string): void {
  const folder = path.dirname(path.resolve(file))
  const start = `${path.basename(file)}.`
  for (const name of readdirSync(folder)) {
    const pid = name.startsWith(start) ? /^(\d+)\.partial$/.exec(name.slice(start.length))?.[1] : undefined
    if (pid !== undefined && !isAlive(Number(pid))) rmSync(path.join(folder, name), { force: true })
  }
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  const words: Record<string, string> = {
    ENOENT: 'there is no such file or folder',
    EACCES: 'no permission',
    EISDIR: 'it is a folder',
    ENOTDIR: 'a part of its path is not a folder',
    ENOSPC: 'the disk is full',
    EROFS: 'the file system is read-only',
    EEXIST: 'a part of its path is not a folder',
  }
  return (code === undefined ? undefined : words[code]) ?? oneLine(error.message)
}
