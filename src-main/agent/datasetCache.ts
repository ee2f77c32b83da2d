import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises'
import path from 'node:path'
import type { DatasetManifest } from '../../shared/worker/protocol.ts'
import type { WorkerTimings } from '../../shared/worker/timings.ts'
import { contentId } from '../datasets/contentId.ts'
import { readMeta } from '../datasets/open.ts'
import { syncFolder } from '../syncFolder.ts'
import { Away, type Desk, TurnedAway } from '../workerLink/desk.ts'
import { inWords } from './inWords.ts'
import { createLocks } from './locks.ts'
import { pauseFor } from './pauseFor.ts'
import { codeOf, makeFolder, openPlain } from './spool/durable.ts'

/*
 * Data sets of the host on this machine, by id: `<folder>/<id>` is there whole or not at all.
 *
 *   .fetch-<id>/       what has come so far: a cut-off file goes on where it ended
 *   .fetch-<id>.lock   one download at a time, whichever agent works in this folder
 *   .use-<id>.*.lock   a trainer reads it: it stays
 */

export interface DatasetCache {
  /**
   * Fetches it where it is not there yet, and keeps it there until it is released.
   * @param onWait why it takes long, in words: the host is away, the disk is full; undefined: it goes on
   * @throws Error in words where it cannot be had: it does not fit, or the host hands out another
   */
  use(id: string, signal: AbortSignal, onWait: (reason: string | undefined) => void): Promise<UsedDataset>
}

export interface UsedDataset {
  readonly folder: string
  release(): Promise<void>
}

export interface DatasetCacheContext {
  readonly folder: string
  readonly desk: Pick<Desk, 'datasetManifest' | 'datasetFile'>
  /** Bytes that all of them may take. */
  readonly most: number
  timings(): WorkerTimings
}

/** Times that a file may come damaged before the host is not believed any more. */
const mostDamaged = 3

export function createDatasetCache({ folder, desk, most, timings }: DatasetCacheContext): DatasetCache {
  const locks = createLocks(folder)
  const within = (name: string): string => path.join(folder, name)
  /** Those whose every byte this process has seen to be right. */
  const known = new Set<string>()

  async function isThere(id: string): Promise<boolean> {
    if (known.has(id)) return isFolder(within(id))
    if (!(await isFolder(within(id)))) return false
    const isRight = await idOf(within(id)).then(
      (found) => found === id,
      () => false,
    )
    if (isRight) known.add(id)
    else await rm(within(id), { recursive: true, force: true })
    return isRight
  }

  async function fetch(id: string, signal: AbortSignal): Promise<void> {
    const manifest = await desk.datasetManifest(id)
    if (manifest.id !== id)
      throw new Error(`the host answers with the data set ${manifest.id} instead of ${id}`)
    await makeRoom(id, manifest)
    const temporary = within(`.fetch-${id}`)
    await mkdir(temporary, { recursive: true })
    for (const file of manifest.files) await fetchFile(id, file, path.join(temporary, file.name), signal)
    const found = await idOf(temporary).catch(inWords)
    if (found !== id) {
      await rm(temporary, { recursive: true, force: true })
      throw new Error(`what the host handed out as the data set ${id} is another: ${found}`)
    }
    await syncFolder(temporary)
    await rename(temporary, within(id))
    await syncFolder(folder)
    known.add(id)
  }

  async function fetchFile(
    id: string,
    { name, bytes, sha256 }: DatasetManifest['files'][number],
    target: string,
    signal: AbortSignal,
  ): Promise<void> {
    for (let damaged = 0; damaged < mostDamaged; damaged++) {
      {
        await using file = await openPlain(target, constants.O_WRONLY | constants.O_CREAT)
        let at = (await file.stat()).size
        // More than there can be is not a beginning of it.
        if (at > bytes) {
          await file.truncate(0)
          at = 0
        }
        if (at < bytes)
          for await (const piece of desk.datasetFile(id, name, at)) {
            if (signal.aborted) throw new Away('it is not wanted any more')
            if (at + piece.byteLength > bytes) break
            for (let done = 0; done < piece.byteLength; ) {
              const { bytesWritten } = await file.write(piece, done, piece.byteLength - done, at)
              done += bytesWritten
              at += bytesWritten
            }
          }
        if (at < bytes) throw new Away(`${name} of the data set ${id} was cut off`)
        await file.sync()
      }
      if ((await digestOf(target)) === sha256) return
      await rm(target, { force: true })
    }
    throw new Error(`${name} of the data set ${id} arrived damaged ${mostDamaged} times`)
  }

  /** Those that were used least recently go, none in use. @throws Away where that is not enough now; Error where it never is */
  async function makeRoom(id: string, { files }: DatasetManifest): Promise<void> {
    await sweep(id)
    const wanted = files.reduce((sum, { bytes }) => sum + bytes, 0)
    const kept = (await stored(folder)).filter((each) => each.id !== id)
    let size = kept.reduce((sum, { bytes }) => sum + bytes, 0)
    for (const each of kept.sort((a, b) => a.usedAt - b.usedAt)) {
      if (size + wanted <= most) return
      if (await drop(each.id)) size -= each.bytes
    }
    if (wanted > most)
      throw new Error(
        `the data set ${id} takes ${gigabytes(wanted)}, and there are ${gigabytes(most)} for data sets; start the worker with a larger --cache-gb`,
      )
    // What uses them ends some day.
    if (size + wanted > most)
      throw new Away(
        `the data set ${id} takes ${gigabytes(wanted)}, and of the ${gigabytes(most)} for data sets ${gigabytes(size)} are in use now; with a larger --cache-gb it need not wait`,
      )
  }

  /** What nobody waits for any more, of another data set: a download that was given up, one that a kill kept from going. */
  async function sweep(id: string): Promise<void> {
    for (const name of await readdir(folder)) {
      const other = /^\.(?:fetch|drop)-([0-9a-f]{16})$/.exec(name)?.[1]
      if (other === undefined || other === id || (await locks.isUsed(other))) continue
      await rm(within(name), { recursive: true, force: true })
    }
  }

  /** The disk is full of other things than data sets: the one that was used least recently goes. */
  async function dropOne(id: string): Promise<boolean> {
    const kept = (await stored(folder)).filter((each) => each.id !== id)
    for (const each of kept.sort((a, b) => a.usedAt - b.usedAt)) if (await drop(each.id)) return true
    return false
  }

  /** @returns false where somebody uses it */
  async function drop(id: string): Promise<boolean> {
    if (await locks.isUsed(id)) return false
    const aside = within(`.drop-${id}`)
    await rm(aside, { recursive: true, force: true })
    await rename(within(id), aside)
    // Somebody may have looked, and found it there, just before.
    if (await locks.isUsed(id)) {
      await rename(aside, within(id))
      return false
    }
    known.delete(id)
    await rm(aside, { recursive: true, force: true })
    return true
  }

  /** Waits for a disk that is full. */
  async function mark(
    id: string,
    signal: AbortSignal,
    onWait: (reason: string) => void,
  ): Promise<() => Promise<void>> {
    for (;;) {
      try {
        await makeFolder(folder)
        return await locks.use(id)
      } catch (error) {
        if (!isPassing(error) || signal.aborted) throw error
        onWait(inWords(error))
        await pauseFor(timings().retry, signal)
      }
    }
  }

  return {
    async use(id, signal, onWait) {
      if (!/^[0-9a-f]{16}$/.test(id)) throw new Error(`${id} is no id of a data set`)
      // Before one looks: what is there must not go in between.
      const release = await mark(id, signal, onWait)
      try {
        while (!(await isThere(id))) {
          if (signal.aborted) throw new Error('it is not wanted any more')
          const unlock = await locks.claim(`fetch-${id}`)
          try {
            if (unlock === undefined) onWait(`another download of the data set ${id} is under way`)
            else if (!(await isThere(id))) await fetch(id, signal)
          } catch (error) {
            if (!isPassing(error)) throw error
            onWait(inWords(error))
            if (isFull(error) && unlock !== undefined && (await dropOne(id))) continue
          } finally {
            await unlock?.()
          }
          if (!known.has(id)) await pauseFor(timings().retry, signal)
        }
        onWait(undefined)
        const now = new Date()
        await utimes(within(id), now, now)
        return { folder: within(id), release }
      } catch (error) {
        await release()
        throw error
      }
    },
  }
}

/** What time or a user mends. */
const isPassing = (error: unknown): boolean =>
  error instanceof Away || (codeOf(error) !== undefined && !(error instanceof TurnedAway))

const isFull = (error: unknown): boolean => ['ENOSPC', 'EDQUOT'].includes(codeOf(error) ?? '')

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toPrecision(2)} GB`

const isFolder = (folder: string): Promise<boolean> =>
  stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  )

async function stored(folder: string): Promise<{ id: string; bytes: number; usedAt: number }[]> {
  const ids = (await readdir(folder)).filter((name) => /^[0-9a-f]{16}$/.test(name))
  return Promise.all(
    ids.map(async (id) => {
      const files = await readdir(path.join(folder, id)).catch(() => [])
      const sizes = await Promise.all(
        files.map((file) =>
          stat(path.join(folder, id, file)).then(
            ({ size }) => size,
            () => 0,
          ),
        ),
      )
      const usedAt = await stat(path.join(folder, id)).then(
        ({ mtimeMs }) => mtimeMs,
        () => 0,
      )
      return { id, bytes: sizes.reduce((a, b) => a + b, 0), usedAt }
    }),
  )
}

/** The id that follows from what a folder holds. @throws UserError where that is no data set */
async function idOf(folder: string): Promise<string> {
  const meta = await readMeta(folder)
  const [examples, labels] = await Promise.all([
    digestOf(path.join(folder, 'examples.bin')),
    digestOf(path.join(folder, 'labels.bin')),
  ])
  const id = contentId(meta, { examples, labels })
  if (meta.id !== id) throw new Error(`its meta.json calls it ${meta.id}`)
  return id
}

async function digestOf(file: string): Promise<string> {
  await using handle = await openPlain(file, constants.O_RDONLY)
  const hash = createHash('sha256')
  for await (const piece of handle.createReadStream({ autoClose: false, highWaterMark: 2 ** 20 }))
    hash.update(piece)
  return hash.digest('hex')
}
