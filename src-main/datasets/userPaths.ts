import { open, readdir, stat } from 'node:fs/promises'
import { UserError } from '../../shared/errors.ts'

/*
 * Paths that a user gave: whatever is wrong with them is told in a sentence.
 */

/** Size and first bytes of a regular file. @throws UserError when it is missing, unreadable or not a file */
export async function peek(path: string, count: number): Promise<{ size: number; head: Buffer }> {
  try {
    // Asked before opening: a pipe would wait for its writer for ever.
    const found = await stat(path)
    if (!found.isFile()) throw new UserError(`While opening ${path}: it is not a file; name a file.`)
    await using file = await open(path)
    const { buffer, bytesRead } = await file.read(Buffer.alloc(count), 0, count, 0)
    return { size: found.size, head: buffer.subarray(0, bytesRead) }
  } catch (error) {
    if (error instanceof UserError) throw error
    throw unreadable(path, error)
  }
}

/** Whether the path is a folder. @throws UserError when there is nothing, or it cannot be looked at */
export async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory()
  } catch (error) {
    throw unreadable(path, error)
  }
}

/** Names in a folder, sorted by code point, the same on every system. @throws UserError when it cannot be read */
export async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort()
  } catch (error) {
    throw unreadable(folder, error)
  }
}

/** The sentence for a path that cannot be opened. */
export function unreadable(path: string, error: unknown): UserError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  const why =
    code === 'ENOENT' || code === 'ENOTDIR'
      ? 'there is no such file or folder'
      : code === 'EACCES' || code === 'EPERM'
        ? 'permission is denied'
        : code === 'EISDIR'
          ? 'it is a folder, not a file'
          : `it cannot be read (${String(code ?? error)})`
  return new UserError(`While opening ${path}: ${why}; check the path.`, { cause: error })
}
