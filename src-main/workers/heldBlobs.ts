import { createHash, randomUUID } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import type { AttemptKey } from '../../shared/worker/protocol.ts'
import { Away } from '../workerLink/desk.ts'

/** Bytes of one blob, and of all that wait for their events. */
export interface BlobLimits {
  readonly one: number
  readonly all: number
}
const usualLimits: BlobLimits = { one: 2 ** 30, all: 8 * 2 ** 30 }

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
  /** Bytes that are held, counted when the first one comes. */
  let held: Promise<number> | undefined
  const grow = (bytes: number): void => {
    held = held?.then((before) => before + bytes)
  }
  const dropFile = async (file: string): Promise<void> => {
    const size = (await stat(file).catch(() => undefined))?.size
    if (size === undefined) return
    await rm(file, { force: true })
    grow(-size)
  }
  const dropFolder = async (folder: string): Promise<void> => {
    for (const name of await namesIn(folder)) await dropFile(path.join(folder, name))
    await rm(folder, { recursive: true, force: true })
  }

  return {
    has: async (key, sha256) => (await stat(fileOf(key, sha256)).catch(() => undefined)) !== undefined,
    async put(key, sha256, pieces) {
      held ??= bytesUnder(parent)
      const room = Math.min(limits.one, limits.all - (await held))
      await mkdir(folderOf(key), { recursive: true })
      const temp = `${fileOf(key, sha256)}.${randomUUID()}`
      try {
        const size = await writeChecked(temp, { sha256, room }, pieces)
        // The same bytes may be there: they may be read just now, and are never missing for a moment.
        const before = (await stat(fileOf(key, sha256)).catch(() => undefined))?.size ?? 0
        await rename(temp, fileOf(key, sha256))
        grow(size - before)
      } catch (error) {
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
        const words = error instanceof Error ? error.message : String(error)
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

/** @returns its size in bytes */
async function writeChecked(
  file: string,
  { sha256, room }: { readonly sha256: string; readonly room: number },
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<number> {
  await using target = await open(file, 'wx')
  const hash = createHash('sha256')
  let size = 0
  for await (const piece of pieces) {
    size += piece.byteLength
    if (size > room)
      throw new Away(
        `While taking a part of an event: the host has no room for more than ${room} bytes of it; its events must be stored first.`,
      )
    hash.update(piece)
    await target.writeFile(piece)
  }
  if (hash.digest('hex') !== sha256)
    throw new Away('While taking a part of an event: it arrived damaged; it must be sent again.')
  await target.sync()
  return size
}

const namesIn = (folder: string): Promise<string[]> => readdir(folder).catch(() => [])

async function bytesUnder(parent: string): Promise<number> {
  let bytes = 0
  for (const folder of await namesIn(parent))
    for (const name of await namesIn(path.join(parent, folder)))
      bytes += (await stat(path.join(parent, folder, name)).catch(() => undefined))?.size ?? 0
  return bytes
}
