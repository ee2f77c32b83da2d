import { createHash, randomUUID } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { wordsOf } from '../../shared/errors.ts'
import type { AttemptKey } from '../../shared/worker/protocol.ts'
import { Away } from '../workerLink/desk.ts'

/** Bytes of one blob, of those of one attempt that wait for their events, and of all that do. */
export interface BlobLimits {
  readonly one: number
  readonly attempt: number
  readonly all: number
}
const usualLimits: BlobLimits = { one: 2 ** 30, attempt: 2 * 2 ** 30, all: 8 * 2 ** 30 }

/**
 * Large parts of events that have come before their events, by sha256, in a folder for each attempt. Nobody but the worker
 * that trains the attempt can put one there; what was checked when it came is trusted when it is read.
 */
export interface HeldBlobs {
  has(key: AttemptKey, sha256: string): Promise<boolean>
  /** @throws Away for bytes that are not those of the sha256, and where there is no room for them */
  put(
    key: AttemptKey,
    sha256: string,
    pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  ): Promise<void>
  /** @throws Away where it is not there (any more), or cannot be read */
  read(key: AttemptKey, sha256: string): Promise<Uint8Array>
  /** Their events are stored. */
  drop(key: AttemptKey, sha256: readonly string[]): Promise<void>
  /** Nothing more comes of the attempt. */
  dropAll(key: AttemptKey): Promise<void>
  /** Takes away those of all other attempts. */
  sweep(kept: readonly AttemptKey[]): Promise<void>
}

/** @param parent made when the first one comes */
export function createHeldBlobs(parent: string, limits: BlobLimits = usualLimits): HeldBlobs {
  const folderOf = ({ runId, attempt }: AttemptKey): string => path.join(parent, `${runId}-${attempt}`)
  const fileOf = (key: AttemptKey, sha256: string): string => path.join(folderOf(key), sha256)
  /** Bytes that are held, and those on their way, by folder; counted when the first one comes. */
  const held = new Map<string, number>()
  let counted: Promise<void> | undefined
  const count = async (): Promise<void> => {
    for (const name of await namesIn(parent))
      grow(path.join(parent, name), await bytesIn(path.join(parent, name)))
  }
  const grow = (folder: string, bytes: number): void => {
    const size = (held.get(folder) ?? 0) + bytes
    if (size > 0) held.set(folder, size)
    else held.delete(folder)
  }
  const roomIn = (folder: string): number => {
    const all = [...held.values()].reduce((sum, size) => sum + size, 0)
    return Math.min(limits.attempt - (held.get(folder) ?? 0), limits.all - all)
  }
  const dropFile = async (file: string): Promise<void> => {
    const size = (await stat(file).catch(() => undefined))?.size
    if (size === undefined) return
    await rm(file, { force: true })
    grow(path.dirname(file), -size)
  }
  const dropFolder = async (folder: string): Promise<void> => {
    for (const name of await namesIn(folder)) await dropFile(path.join(folder, name))
    await rm(folder, { recursive: true, force: true })
  }

  return {
    has: async (key, sha256) => (await stat(fileOf(key, sha256)).catch(() => undefined)) !== undefined,
    async put(key, sha256, pieces) {
      counted ??= count()
      await counted
      const folder = folderOf(key)
      await mkdir(folder, { recursive: true })
      const temp = `${fileOf(key, sha256)}.${randomUUID()}`
      let size = 0
      /** Several come at once: what each has written so far counts for all. */
      const take = (bytes: number): void => {
        const room = Math.min(limits.one - size, roomIn(folder))
        if (bytes > room)
          throw new Away(
            `While taking a part of an event: the host has no room for more than ${size + Math.max(0, room)} bytes of it; its events must be stored first.`,
          )
        size += bytes
        grow(folder, bytes)
      }
      try {
        await writeChecked(temp, { sha256, take }, pieces)
        // The same bytes may be there: they may be read just now, and are never missing for a moment.
        const before = (await stat(fileOf(key, sha256)).catch(() => undefined))?.size ?? 0
        await rename(temp, fileOf(key, sha256))
        grow(folder, -before)
      } catch (error) {
        grow(folder, -size)
        await rm(temp, { force: true })
        if (!(error instanceof Error && 'code' in error)) throw error
        throw new Away(`While taking a part of an event: the host cannot write it (${error.message}).`, {
          cause: error,
        })
      }
    },
    async read(key, sha256) {
      try {
        return await readFile(fileOf(key, sha256))
      } catch (error) {
        const words = wordsOf(error)
        throw new Away(`While storing an event: a part of it cannot be read (${words}).`, { cause: error })
      }
    },
    async drop(key, all) {
      for (const sha256 of all) await dropFile(fileOf(key, sha256))
    },
    dropAll: (key) => dropFolder(folderOf(key)),
    async sweep(kept) {
      const wanted = new Set(kept.map((key) => path.basename(folderOf(key))))
      for (const name of await namesIn(parent))
        if (!wanted.has(name)) await dropFolder(path.join(parent, name))
    },
  }
}

/** @param take of so many bytes more, before they are written */
async function writeChecked(
  file: string,
  { sha256, take }: { readonly sha256: string; readonly take: (bytes: number) => void },
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<void> {
  await using target = await open(file, 'wx')
  const hash = createHash('sha256')
  for await (const piece of pieces) {
    take(piece.byteLength)
    hash.update(piece)
    await target.writeFile(piece)
  }
  if (hash.digest('hex') !== sha256)
    throw new Away('While taking a part of an event: it arrived damaged; it must be sent again.')
  await target.sync()
}

const namesIn = (folder: string): Promise<string[]> => readdir(folder).catch(() => [])

async function bytesIn(folder: string): Promise<number> {
  let bytes = 0
  for (const name of await namesIn(folder))
    bytes += (await stat(path.join(folder, name)).catch(() => undefined))?.size ?? 0
  return bytes
}
