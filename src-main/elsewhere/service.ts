import { existsSync, statSync } from 'node:fs'
import path from 'node:path'
import type { z } from 'zod'
import type { LogRun } from '../../shared/api/elsewhere.ts'
import { type FollowedFolder, importEventFiles, type unfollowFolder } from '../../shared/api/eventFiles.ts'
import { parseOrExplain, UserError } from '../../shared/errors.ts'
import type { RunElsewhere } from '../../shared/run/elsewhere.ts'
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
   * after it. What was read before is gone on with. @param request of the zod schema importEventFiles
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

  const follow = async (folder: string, name: string | undefined, tagRoles: RunElsewhere['tagRoles']) => {
    await refuseUnfollowable(folder, name)
    for (const run of runsIn(folder)) refuseOtherRoles(run, tagRoles)
    await follower.begin({ path: folder, name: name ?? null, tagRoles })
    return runsIn(folder)
  }

  return {
    preview: (asked, onBytes) => previewLog(store, asked, onBytes),
    async importEventFiles(request, onBytes) {
      const asked = parseOrExplain(importEventFiles, request, 'importing event files')
      const root = path.resolve(asked.path)
      if (asked.follow) return follow(root, asked.name, asked.tagRoles)
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

/** A folder may be empty yet: the other program has still to begin. */
async function refuseUnfollowable(folder: string, name: string | undefined): Promise<void> {
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
}
