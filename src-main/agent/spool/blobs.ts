import { constants } from 'node:fs'
import { lstat, readdir, rename, unlink } from 'node:fs/promises'
import path from 'node:path'
import { syncFolder } from '../../syncFolder.ts'
import { codeOf, isPlainFolder, makeFolder, openPlain } from './durable.ts'
import { type BlobRef, digestOf } from './record.ts'

/** Files by the sha256 of what they hold, each as often in use as records name it. */
export interface Blobs {
  /** Resolves when all of them, and their names, are on the disk. */
  put(blobs: readonly { readonly ref: BlobRef; readonly bytes: Uint8Array }[]): Promise<void>
  use(refs: readonly BlobRef[]): void
  /** Those that nothing uses any more go. */
  release(refs: readonly BlobRef[]): Promise<void>
  /** @throws Error for one that is gone, or holds something else than its name says */
  read(ref: BlobRef): Promise<Uint8Array>
  /** Removes whatever no record names: what a kill left. */
  sweep(): Promise<void>
}

/** Files that are written and flushed at a time. */
const atOnce = 8

/** @throws Error where the folder is a link or a file */
export async function openBlobs(folder: string): Promise<Blobs> {
  await makeFolder(folder)
  if (!(await isPlainFolder(folder))) throw new Error(`${path.basename(folder)} is no folder`)
  const uses = new Map<string, number>()
  const fileOf = (sha256: string): string => path.join(folder, sha256)

  async function putOne(ref: BlobRef, bytes: Uint8Array): Promise<void> {
    const known = await lstat(fileOf(ref.sha256)).catch(() => undefined)
    if (known?.isFile() === true && known.size === ref.length) return
    const beside = `${fileOf(ref.sha256)}.tmp`
    {
      await using handle = await openPlain(beside, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC)
      await handle.writeFile(bytes)
      await handle.datasync()
    }
    await rename(beside, fileOf(ref.sha256))
  }

  return {
    async put(blobs) {
      if (blobs.length === 0) return
      // The same bytes twice would be written to one file at once.
      const each = [...new Map(blobs.map((blob) => [blob.ref.sha256, blob])).values()]
      for (let at = 0; at < each.length; at += atOnce) {
        const put = each.slice(at, at + atOnce).map(({ ref, bytes }) => putOne(ref, bytes))
        // All of them have ended before anybody tries again, or makes room: an open file holds its own.
        for (const one of await Promise.allSettled(put)) if (one.status === 'rejected') throw one.reason
      }
      await syncFolder(folder)
    },
    use(refs) {
      for (const { sha256 } of refs) uses.set(sha256, (uses.get(sha256) ?? 0) + 1)
    },
    async release(refs) {
      for (const { sha256 } of refs) {
        const left = (uses.get(sha256) ?? 0) - 1
        if (left > 0) uses.set(sha256, left)
        else {
          uses.delete(sha256)
          await removed(fileOf(sha256))
        }
      }
    },
    async read({ sha256, length }) {
      await using handle = await openPlain(fileOf(sha256), constants.O_RDONLY)
      const { size } = await handle.stat()
      if (size !== length) throw new Error(`${sha256} has ${size} bytes instead of ${length}`)
      const bytes = await handle.readFile()
      if (digestOf(bytes) !== sha256) throw new Error(`${sha256} holds other bytes than its name says`)
      return bytes
    },
    async sweep() {
      for (const name of await readdir(folder)) if (!uses.has(name)) await removed(path.join(folder, name))
    },
  }
}

/** A folder with the name of a blob stays: nothing reads it. */
async function removed(file: string): Promise<void> {
  await unlink(file).catch((error: unknown) => {
    if (!['ENOENT', 'EISDIR', 'EPERM'].includes(codeOf(error) ?? '')) throw error
  })
}
