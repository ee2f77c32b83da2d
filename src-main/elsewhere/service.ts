import { existsSync, statSync } from 'node:fs'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { z } from 'zod'
import type { LogRun } from '../../shared/api/elsewhere.ts'
import { type FollowedFolder, importEventFiles, type unfollowFolder } from '../../shared/api/eventFiles.ts'
import { parseOrExplain, UserError } from '../../shared/errors.ts'
import { isWithin } from '../isWithin.ts'
import type { RunRecord, Store } from '../store/types.ts'
import { createEventTree } from './eventTree.ts'
import { createFollower } from './follower.ts'
import { previewLog } from './previewLog.ts'
import { importTensorboard, type OnBytes, refuseOtherRoles, refuseOthers } from './tensorboard.ts'

/** Runs of other programs, from their event files. */
export interface ElsewhereService {
  /**
   * Reads event files into runs, once, or from now on: then this host goes on reading as long as it is open, and the next one
   * after it. What was read before is gone on with. Where `onBytes` throws, an import ends; what is followed is read on, and
   * only the waiting for it ends. @param request of the zod schema importEventFiles
   * @throws UserError when there is nothing to read, a file is none of TensorBoard's, or the folder is followed already
   */
  importEventFiles(request: unknown, onBytes?: OnBytes): Promise<RunRecord[]>
  /** What an import would find, every event file read once. @throws UserError where there is nothing to read */
  preview(path: string, onBytes: OnBytes): Promise<LogRun[]>
  /** Folders that are followed, in the order in which that began. */
  followed(): FollowedFolder[]
  /** Ends it for the followed folder that a path is or lies in. @throws UserError where it is not followed */
  unfollow(of: z.infer<typeof unfollowFolder>): Promise<void>
  /** From now on this host reads all followed folders that nobody reads. */
  followAll(): void
  /** Leaves them to the next host. */
  close(): Promise<void>
}

/** @param every milliseconds between two looks at followed folders, at least */
export function createElsewhereService(store: Store, every?: number): ElsewhereService {
  const follower = createFollower(store, every)
  const runsIn = (folder: string): RunRecord[] =>
    store.read
      .runs()
      .filter(({ elsewhere }) => elsewhere?.from === 'tensorboard' && isWithin(elsewhere.path, folder))

  const follow = async (folder: string, asked: z.output<typeof importEventFiles>, onBytes: OnBytes) => {
    const { name, tagRoles } = asked
    const total = await refuseUnfollowable(folder, name)
    for (const run of runsIn(folder)) refuseOtherRoles(run, tagRoles)
    const begun = follower.begin({ path: folder, name: name ?? null, tagRoles })
    await telling(begun, () => onBytes(Math.min(total, readOf(runsIn(folder))), total))
    return runsIn(folder)
  }

  return {
    preview: (asked, onBytes) => previewLog(store, asked, onBytes),
    async importEventFiles(request, onBytes = () => undefined) {
      const asked = parseOrExplain(importEventFiles, request, 'importing event files')
      const root = path.resolve(asked.path)
      if (asked.follow) return follow(root, asked, onBytes)
      const around = store.read.followed().find((each) => isWithin(root, each.path))
      if (around !== undefined)
        throw new UserError(
          `While importing event files: ${root} is followed${around.isRead ? ', so that all of it is read already' : ', and read on by the next Anneal that opens the lab'}; stop following it first.`,
        )
      return importTensorboard(store, asked, onBytes)
    },
    followed: () =>
      store.read.followed().map(({ path: at, since, isRead, problem }) => ({
        path: at,
        since,
        isRead,
        problem,
        runs: runsIn(at).length,
      })),
    async unfollow({ path: asked }) {
      const folder = path.resolve(asked)
      const around = store.read.followed().find((each) => isWithin(folder, each.path))
      if (around === undefined)
        throw new UserError(`While ending to follow ${folder}: it is not followed; nothing is changed.`)
      store.write.unfollow(around.path)
      await follower.poke()
    },
    followAll: () => follower.takeUpAll(),
    close: () => follower.close(),
  }
}

/** Milliseconds between two words of how far the first reading of a followed folder is. */
const WORD = 250

/** Waits for it, and tells of it meanwhile; where telling throws, it goes on without anybody waiting. */
async function telling(work: Promise<void>, tell: () => void): Promise<void> {
  let isOver = false
  const ended = work.finally(() => {
    isOver = true
  })
  ended.catch(() => undefined)
  while (!isOver) {
    await Promise.race([ended, setTimeout(WORD, undefined, { ref: false })])
    if (!isOver) tell()
  }
  return ended
}

const readOf = (runs: readonly RunRecord[]): number =>
  runs.reduce(
    (sum, { elsewhere }) => sum + (elsewhere?.files ?? []).reduce((bytes, { offset }) => bytes + offset, 0),
    0,
  )

/** A folder may be empty yet: the other program has still to begin. @returns bytes of its event files */
async function refuseUnfollowable(folder: string, name: string | undefined): Promise<number> {
  if (!existsSync(folder))
    throw new UserError(`While following event files: ${folder} is not there; check the path.`)
  if (!statSync(folder).isDirectory())
    throw new UserError(
      `While following event files: ${folder} is a file; give its folder, so that the files of a restart are read too.`,
    )
  const seen = await createEventTree(folder).look()
  if (name !== undefined && seen.length > 1)
    throw new UserError(
      `While following event files: ${folder} has ${seen.length} runs, and one name was given; leave the name out, or give the folder of one run.`,
    )
  for (const { run } of seen) refuseOthers(run)
  return seen.reduce((sum, { sizes }) => sum + sizes.reduce((bytes, size) => bytes + size, 0), 0)
}
