import { useQuery } from '@tanstack/react-query'
import { useEffect, useMemo, useRef } from 'react'
import type { EnsembleInfo, SaveEnsemble, SaveWeightAverage } from '../../shared/api/ensembles.ts'
import { api, queryClient, trpc } from '../client.ts'
import { notifyDone, notifyError, notifyUndo } from '../components/notify.ts'
import { useRuns } from '../hooks/useRuns.ts'

/* Ensembles that were saved, by any door, and what can be done to them. */

const refresh = (): Promise<void> => queryClient.invalidateQueries(trpc.ensembles.list.queryFilter())

/**
 * Every saved ensemble, newest first. What another door saves or deletes comes with a row of the runs, as each of them
 * carries its best ensemble, or at the latest when the window is looked at again.
 */
export function useSavedEnsembles() {
  const { runs } = useRuns()
  const query = useQuery({ ...trpc.ensembles.list.queryOptions({}), refetchOnWindowFocus: 'always' })
  const seen = useMemo(
    () => JSON.stringify(runs.flatMap(({ id, ensemble }) => (ensemble === null ? [] : [[id, ensemble]]))),
    [runs],
  )
  const before = useRef(seen)
  useEffect(() => {
    if (before.current === seen) return
    before.current = seen
    void refresh()
  }, [seen])
  const ensembles = useMemo(
    () => query.data?.toSorted((a, b) => b.createdAt - a.createdAt || b.id - a.id),
    [query.data],
  )
  return { ensembles, error: query.error, retry: () => void query.refetch() }
}

/** Whatever came of it is said. */
export const saveEnsemble = (ensemble: SaveEnsemble): Promise<void> =>
  save('The ensemble could not be saved', () => api.ensembles.save.mutate(ensemble))

export const saveWeightAverage = (average: SaveWeightAverage): Promise<void> =>
  save('The averaged weights could not be saved', () => api.ensembles.saveWeightAverage.mutate(average))

async function save(failed: string, send: () => Promise<EnsembleInfo>): Promise<void> {
  try {
    const saved = await send()
    await refresh()
    notifyDone(`Saved as “${saved.name}”`)
  } catch (error) {
    notifyError(failed, error)
  }
}

/** @returns whether it has the name now */
export async function renameEnsemble(id: number, name: string): Promise<boolean> {
  try {
    await api.ensembles.rename.mutate({ id, name })
    await refresh()
    return true
  } catch (error) {
    notifyError('The ensemble could not be renamed', error)
    return false
  }
}

export async function deleteEnsembles(ensembles: readonly EnsembleInfo[]): Promise<void> {
  const ids = ensembles.map(({ id }) => id)
  const [first] = ensembles
  if (first === undefined) return
  try {
    await api.ensembles.remove.mutate({ ids })
    await refresh()
    notifyUndo(
      ensembles.length === 1 ? `“${first.name}” deleted` : `${ensembles.length} ensembles deleted`,
      async () => {
        await api.ensembles.restore.mutate({ ids })
        await refresh()
      },
    )
  } catch (error) {
    notifyError('The ensemble could not be deleted', error)
  }
}

/** Brings a deleted one back. */
export async function restoreEnsemble(id: number): Promise<void> {
  try {
    await api.ensembles.restore.mutate({ ids: [id] })
    await refresh()
  } catch (error) {
    notifyError('The ensemble could not be restored', error)
  }
}
