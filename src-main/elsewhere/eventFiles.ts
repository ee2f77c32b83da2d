import { readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { UserError } from '../../shared/errors.ts'
import { partOfFolder } from '../../shared/run/tagRoles.ts'
import { unreadable } from '../datasets/userPaths.ts'

/** The event files of one run, in the order in which they were begun: relative to its folder. */
export interface EventRun {
  readonly folder: string
  /** As its folder is called, from the one that was given on. */
  readonly name: string
  readonly files: readonly string[]
}

/** Folders looked into, at most. */
const MOST_FOLDERS = 10_000

const isEventFile = (name: string): boolean => name.includes('tfevents')
/** PyTorch's add_hparams writes into a folder named by the time, in seconds. */
const isOfParent = (name: string): boolean =>
  partOfFolder(name) !== undefined || /^\d{9,}(\.\d+)?$/.test(name)

/** @throws UserError in place of the system's own error */
export function orUnreadable<T>(at: string, look: () => T): T {
  try {
    return look()
  } catch (error) {
    throw unreadable(at, error)
  }
}

/**
 * The runs under a path: a folder with event files is one, with its folders train, validation and test; each other folder
 * is one of its own.
 * @throws UserError when there is none
 */
export function findEventRuns(given: string): EventRun[] {
  const root = path.resolve(given)
  const kind = orUnreadable(root, () => statSync(root))
  if (kind.isFile()) {
    const folder = path.dirname(root)
    return [{ folder, name: path.basename(folder), files: [path.basename(root)] }]
  }
  const runs = new Map<string, string[]>()
  let looked = 0
  const look = (folder: string, owner: string): void => {
    looked += 1
    if (looked > MOST_FOLDERS)
      throw new UserError(
        `While importing event files: ${given} has more than ${MOST_FOLDERS} folders; give the folder of the runs themselves.`,
      )
    const entries = orUnreadable(folder, () => readdirSync(folder, { withFileTypes: true }))
    entries.sort((a, b) => (a.name < b.name ? -1 : 1))
    for (const entry of entries) {
      const at = path.join(folder, entry.name)
      if (entry.isFile() && isEventFile(entry.name))
        runs.set(owner, [...(runs.get(owner) ?? []), path.relative(owner, at)])
      else if (entry.isDirectory()) look(at, isOfParent(entry.name) ? owner : at)
    }
  }
  look(root, root)
  if (runs.size === 0)
    throw new UserError(
      `While importing event files: ${given} has no file with "tfevents" in its name, nor has any folder in it; give the folder that a SummaryWriter or TensorBoard callback writes to.`,
    )
  return [...runs].map(([folder, files]) => ({
    folder,
    name: path.relative(path.dirname(root), folder),
    files,
  }))
}
