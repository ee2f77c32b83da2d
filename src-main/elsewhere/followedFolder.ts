import { UserError, wordsOf } from '../../shared/errors.ts'
import { isWithin } from '../isWithin.ts'
import { StoreError } from '../store/faults.ts'
import type { FollowedRecord, RunRecord, Store } from '../store/types.ts'
import { createEventTree, type SeenRun } from './eventTree.ts'
import { readOn } from './readNew.ts'
import { createRunOf } from './tensorboard.ts'

/** Milliseconds without a write to its files after which a run counts as no longer running, though it is followed. */
const QUIET = 10 * 60_000

const quietWords = 'No event for 10 minutes: it has ended, or is slow. It runs on as soon as there is one.'

/** The reading of one followed folder by this host. */
export interface FollowedReading {
  /**
   * Reads what is new, in runs that are new too. Never rejects for what is wrong with the folder: the row says that.
   * @returns milliseconds that looking took, without reading
   */
  look(): Promise<number>
  /** Ends after the turn that is under way. */
  leave(): void
}

export function createFollowedFolder(store: Store, followed: FollowedRecord): FollowedReading {
  const tree = createEventTree(followed.path)
  /** By folder; undefined for one whose run was deleted. */
  const runs = new Map<string, string | undefined>()
  /** Those that are running and this host's. */
  const live = new Set<string>()
  /** Folders whose change was seen, and could not be read to its end yet. */
  const unread = new Set<string>()
  let problem = followed.problem
  let hasLeft = false

  const know = (): void => {
    for (const run of [...store.read.summaries('deleted'), ...store.read.runs()]) {
      const { elsewhere } = run
      if (elsewhere?.from === 'tensorboard') runs.set(elsewhere.path, 'hostId' in run ? run.id : undefined)
    }
  }
  const say = (words: string | null): void => {
    if (words === problem) return
    store.write.putFollowedProblem(followed.path, words)
    problem = words
  }
  const runOf = (seen: SeenRun): RunRecord | undefined => {
    const { run } = seen
    if (!runs.has(run.folder)) {
      const { name, tagRoles, since } = followed
      const isNamed = name !== null && ![...runs.keys()].some((path) => isWithin(path, followed.path))
      const made = createRunOf(store, run, {
        tagRoles,
        followed: true,
        followedSince: since,
        ...(isNamed && { name }),
      })
      runs.set(run.folder, made.id)
      return made
    }
    const id = runs.get(run.folder)
    if (id === undefined) return undefined
    try {
      return store.read.run(id)
    } catch (error) {
      if (error instanceof StoreError || !(error instanceof UserError)) throw error
      runs.set(run.folder, undefined)
      return undefined
    }
  }
  const readRun = async (seen: SeenRun): Promise<void> => {
    const known = runOf(seen)
    if (known === undefined) return
    const isQuiet = Date.now() - seen.writtenAt > QUIET
    const isOurs = known.status === 'running' && known.hostId === store.hostId
    const isUnread = hasUnread(known, seen)
    if (!isOurs && !isUnread && isQuiet && known.status !== 'interrupted' && known.elsewhere?.followed) return
    const { id } = isOurs ? known : store.write.claimRun(known.id)
    if (known.elsewhere?.followed !== true)
      store.write.putElsewhere(id, { about: { followed: true, followedSince: followed.since } })
    live.add(id)
    await readOn(store, id, seen.run, () => hasLeft)
  }
  const rest = (seen: readonly SeenRun[]): void => {
    for (const { run, writtenAt } of seen) {
      const id = runs.get(run.folder)
      if (id === undefined || !live.has(id) || Date.now() - writtenAt <= QUIET) continue
      live.delete(id)
      store.write.setStatus(id, 'stopped', quietWords)
    }
  }

  const readAll = async (seen: readonly SeenRun[]): Promise<void> => {
    let failure: string | null = null
    for (const { run, isChanged } of seen) if (isChanged) unread.add(run.folder)
    for (const each of seen) {
      if (hasLeft) return
      const { folder } = each.run
      if (!unread.has(folder)) continue
      try {
        await readRun(each)
        unread.delete(folder)
      } catch (error) {
        // Of one run: another program has it, or its files may not be read. The database itself is another matter.
        if (error instanceof StoreError) throw error
        failure = `${folder} could not be read: ${wordsOf(error)}`
      }
    }
    rest(seen)
    say(failure)
  }

  return {
    async look() {
      if (runs.size === 0) know()
      const began = performance.now()
      let took = 0
      try {
        const seen = await tree.look()
        took = performance.now() - began
        await readAll(seen)
      } catch (error) {
        if (error instanceof StoreError || !(error instanceof UserError)) throw error
        say(error.message)
      }
      return took
    },
    leave() {
      hasLeft = true
    },
  }
}

function hasUnread({ elsewhere }: RunRecord, { run, sizes }: SeenRun): boolean {
  return run.files.some((name, i) => {
    const read = elsewhere?.files.find((file) => file.name === name)
    return read === undefined || read.offset !== sizes[i]
  })
}
