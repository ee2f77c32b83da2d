import { rmSync } from 'node:fs'
import { appendFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { mostBytes, type UploadPiece } from '../../shared/api/predictions.ts'
import { UserError } from '../../shared/errors.ts'
import { createHeldUploads } from '../heldUploads.ts'

interface Held {
  readonly folder: string
  readonly names: Map<number, string>
  bytes: number
}

/** The files of one upload, under the names that their user knows. */
export interface UploadedFiles {
  readonly files: readonly { readonly path: string; readonly name: string }[]
  /** Nothing of them is kept after this. */
  drop(): Promise<void>
}

export interface Uploads {
  /** @throws UserError for more bytes than an upload may have, or for one that has ended; it is gone then */
  take(piece: UploadPiece): Promise<void>
  /** @throws UserError where there is no such upload */
  claim(upload: string): Promise<UploadedFiles>
}

/** Uploads that nobody has claimed; older ones go. */
const mostHeld = 4

/** Files sent by a window, held in a temporary folder until they are answered, or the host ends. */
export function createUploads(): Uploads {
  const folders = new Set<string>()
  let isWatching = false
  const drop = async (folder: string): Promise<void> => {
    folders.delete(folder)
    await rm(folder, { recursive: true, force: true })
  }
  const begin = async (): Promise<Held> => {
    const folder = await mkdtemp(path.join(tmpdir(), 'anneal-try-'))
    if (!isWatching) process.once('exit', () => folders.forEach(dropNow))
    isWatching = true
    folders.add(folder)
    return { folder, names: new Map(), bytes: 0 }
  }
  const held = createHeldUploads('trying examples', mostHeld, begin, ({ folder }) => drop(folder))
  return {
    take: ({ upload, file, name, content }) =>
      held.take(upload, async (own) => {
        const bytes = Buffer.from(content, 'base64')
        own.bytes += bytes.byteLength
        if (own.bytes > mostBytes)
          throw new UserError(
            `While taking ${name}: together the files have more than ${mostBytes / 2 ** 20} MiB; try fewer of them, or use "anneal predict".`,
          )
        own.names.set(file, name)
        await appendFile(path.join(own.folder, String(file)), bytes)
      }),
    async claim(upload) {
      const own = await held.claim(upload)
      if (own === undefined)
        throw new UserError('While trying examples: their files are not here any more; drop them again.')
      const { folder, names } = own
      const files = [...names]
        .toSorted(([a], [b]) => a - b)
        .map(([file, name]) => ({ path: path.join(folder, String(file)), name }))
      return { files, drop: () => drop(folder) }
    },
  }
}

/** The host ends, and waits for nothing but this. */
function dropNow(folder: string): void {
  rmSync(folder, { recursive: true, force: true })
}
