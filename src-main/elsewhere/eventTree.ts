import path from 'node:path'
import { UserError } from '../../shared/errors.ts'
import { partOfFolder } from '../../shared/run/tagRoles.ts'
import { createPatientDisk, type PatientDisk } from './patientDisk.ts'

/*
 * A folder with event files, looked at again and again. A folder's time of change tells whether something came into it or
 * went, so that only such folders are listed anew; a file's size tells whether it has grown. That works on every file system,
 * network drives included, where notices of the operating system (inotify) do not come.
 */

/** Folders looked into, at most. */
const MOST_FOLDERS = 10_000
/** Milliseconds by which a file system may round times: what was listed that soon after a change may miss another one. */
const ROUNDING = 3000

/** The event files of one run, in the order in which they were begun: relative to its folder. */
export interface EventRun {
  readonly folder: string
  /** As its folder is called, from the one that was given on. */
  readonly name: string
  readonly files: readonly string[]
}

export interface SeenRun {
  readonly run: EventRun
  /** Whether a file of it is new or has another size than at the last look. */
  readonly isChanged: boolean
  /** Of its files, in their order, bytes. */
  readonly sizes: readonly number[]
  /** When one of its files was written to last, milliseconds since 1970. */
  readonly writtenAt: number
}

export interface EventTree {
  /** All of its runs, by their folders. @throws UserError when the folder is not there, does not answer, or has too many in it */
  look(): Promise<SeenRun[]>
}

interface Listed {
  readonly changedAt: number
  readonly listedAt: number
  readonly files: readonly string[]
  readonly folders: readonly string[]
}

const isEventFile = (name: string): boolean => name.includes('tfevents')
/** PyTorch's add_hparams writes into a folder named by the time, in seconds. */
const isOfParent = (name: string): boolean =>
  partOfFolder(name) !== undefined || /^\d{9,}(\.\d+)?$/.test(name)

/** By the time in their names, then by their counter: 10 after 9. */
const { compare } = new Intl.Collator('en', { numeric: true })

export function createEventTree(root: string, disk: PatientDisk = createPatientDisk()): EventTree {
  let listings = new Map<string, Listed>()
  let sizes = new Map<string, string>()

  return {
    async look() {
      await refuseAbsent(disk, root)
      const seen = { listings: new Map<string, Listed>(), sizes: new Map<string, string>() }
      const runs = new Map<string, { files: Map<string, number>; isChanged: boolean; writtenAt: number }>()
      const waiting: { readonly folder: string; readonly owner: string }[] = [{ folder: root, owner: root }]
      for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
        const { folder, owner } = at
        const listed = await list(disk, folder, listings.get(folder))
        if (listed === undefined) continue
        seen.listings.set(folder, listed)
        if (seen.listings.size > MOST_FOLDERS)
          throw new UserError(
            `While reading event files: ${root} has more than ${MOST_FOLDERS} folders; give the folder of the runs themselves.`,
          )
        for (const name of listed.files) {
          const file = path.join(folder, name)
          const state = await disk.stat(file)
          if (state === undefined) continue
          const size = `${state.ino} ${state.size}`
          seen.sizes.set(file, size)
          const run = runs.get(owner) ?? { files: new Map<string, number>(), isChanged: false, writtenAt: 0 }
          runs.set(owner, run)
          run.files.set(path.relative(owner, file), state.size)
          run.isChanged ||= sizes.get(file) !== size
          run.writtenAt = Math.max(run.writtenAt, state.mtimeMs)
        }
        for (const name of listed.folders)
          waiting.push({
            folder: path.join(folder, name),
            owner: isOfParent(name) ? owner : path.join(folder, name),
          })
      }
      ;({ listings, sizes } = seen)
      return [...runs]
        .sort(([a], [b]) => compare(a, b))
        .map(([folder, { files, ...about }]) => {
          const ordered = [...files].sort(([a], [b]) => inOrder(a, b))
          const name = path.relative(path.dirname(root), folder)
          return {
            run: { folder, name, files: ordered.map(([file]) => file) },
            sizes: ordered.map(([, size]) => size),
            ...about,
          }
        })
    },
  }
}

/** Those of the folder itself first, then those of its parts; in each as they were begun. */
const inOrder = (a: string, b: string): number =>
  compare(path.dirname(a), path.dirname(b)) || compare(path.basename(a), path.basename(b))

async function refuseAbsent(disk: PatientDisk, root: string): Promise<void> {
  const found = await disk.stat(root)
  if (found?.isDirectory() === true) return
  throw new UserError(
    found === undefined
      ? `While reading event files: ${root} cannot be looked into: it is gone, or may not be read; it is read on when it can be.`
      : `While reading event files: ${root} is no folder.`,
  )
}

/** @returns undefined where it has gone since, or may not be looked into */
async function list(
  disk: PatientDisk,
  folder: string,
  known: Listed | undefined,
): Promise<Listed | undefined> {
  const state = await disk.stat(folder)
  if (state === undefined) return undefined
  const { mtimeMs: changedAt } = state
  if (known?.changedAt === changedAt && known.listedAt - changedAt > ROUNDING) return known
  const listedAt = Date.now()
  const entries = await disk.list(folder)
  return (
    entries && {
      changedAt,
      listedAt,
      files: entries.filter((entry) => entry.isFile() && isEventFile(entry.name)).map(({ name }) => name),
      folders: entries.filter((entry) => entry.isDirectory()).map(({ name }) => name),
    }
  )
}
