import type { RunSummary } from '../../../shared/api/runs.ts'
import { isActive } from '../../../shared/run/state.ts'
import { api, queryClient, trpc } from '../../client.ts'
import { notifyError, notifyUndo } from '../../components/notify.ts'
import { counted } from '../../format/format.ts'

/* What can be done to one run or many from the table. Each says what it did, and how to take it back. */

const idsOf = (runs: readonly RunSummary[]): string[] => runs.map(({ id }) => id)

/** "CNN SGDR", or "3 runs". */
const named = (runs: readonly RunSummary[]): string => {
  const [only] = runs
  return runs.length === 1 && only !== undefined ? only.name : counted(runs.length, 'run')
}

const refreshDeleted = (): Promise<void> =>
  queryClient.invalidateQueries({ queryKey: trpc.runs.list.queryKey() })

async function attempt(failed: string, act: () => Promise<void>): Promise<boolean> {
  try {
    await act()
    return true
  } catch (error) {
    notifyError(failed, error)
    return false
  }
}

export async function archive(runs: readonly RunSummary[], archived: boolean): Promise<boolean> {
  const ids = idsOf(runs)
  return attempt(`${named(runs)} could not be ${archived ? 'archived' : 'unarchived'}`, async () => {
    await api.runs.annotate.mutate({ ids, archived })
    notifyUndo(`${named(runs)} ${archived ? 'archived' : 'back in the current runs'}`, async () => {
      await api.runs.annotate.mutate({ ids, archived: !archived })
    })
  })
}

/** Those that train stay: the host would refuse all for one of them. */
export async function remove(runs: readonly RunSummary[]): Promise<boolean> {
  const still = runs.filter(({ status }) => !isActive(status))
  const training = runs.length - still.length
  if (still.length === 0) {
    notifyError(`${named(runs)} could not be deleted`, new Error('It is training: stop it first.'))
    return false
  }
  const ids = idsOf(still)
  return attempt(`${named(still)} could not be deleted`, async () => {
    await api.runs.remove.mutate({ ids })
    await refreshDeleted()
    const kept = training === 0 ? '' : `; ${counted(training, 'run')} kept, still training`
    notifyUndo(`${named(still)} deleted${kept}`, async () => {
      await api.runs.restore.mutate({ ids })
      await refreshDeleted()
    })
  })
}

export async function restore(runs: readonly RunSummary[]): Promise<boolean> {
  const ids = idsOf(runs)
  return attempt(`${named(runs)} could not be restored`, async () => {
    await api.runs.restore.mutate({ ids })
    await refreshDeleted()
    notifyUndo(`${named(runs)} restored`, async () => {
      await api.runs.remove.mutate({ ids })
      await refreshDeleted()
    })
  })
}

/** Cannot be taken back: ask first. */
export async function purge(runs: readonly RunSummary[]): Promise<boolean> {
  return attempt(`${named(runs)} could not be deleted for good`, async () => {
    await api.runs.purge.mutate({ ids: idsOf(runs) })
    await refreshDeleted()
  })
}

/** All of them favourites; none of them when all are already. */
export async function favourite(runs: readonly RunSummary[]): Promise<void> {
  const wanted = !runs.every((run) => run.favourite)
  const ids = idsOf(runs.filter((run) => run.favourite !== wanted))
  await attempt('The favourites could not be changed', async () => {
    await api.runs.annotate.mutate({ ids, favourite: wanted })
  })
}

/** Tags that some had already stay with those when it is taken back. */
export async function tag(runs: readonly RunSummary[], tags: readonly string[]): Promise<void> {
  const had = tags.map((one) => ({ tag: one, ids: idsOf(runs.filter((run) => !run.tags.includes(one))) }))
  await attempt(`${named(runs)} could not be tagged`, async () => {
    await api.runs.annotate.mutate({ ids: idsOf(runs), addTags: [...tags] })
    notifyUndo(`${named(runs)} tagged ${tags.join(', ')}`, async () => {
      for (const { tag: one, ids } of had)
        if (ids.length > 0) await api.runs.annotate.mutate({ ids, removeTags: [one] })
    })
  })
}

export async function untag(runs: readonly RunSummary[], gone: string): Promise<void> {
  const ids = idsOf(runs.filter(({ tags }) => tags.includes(gone)))
  await attempt(`${named(runs)} could not be changed`, async () => {
    await api.runs.annotate.mutate({ ids, removeTags: [gone] })
    notifyUndo(`${gone} taken off ${counted(ids.length, 'run')}`, async () => {
      await api.runs.annotate.mutate({ ids, addTags: [gone] })
    })
  })
}

export async function resume(run: RunSummary): Promise<void> {
  await attempt(`${run.name} could not be resumed`, async () => {
    await api.runs.resume.mutate({ id: run.id })
  })
}
