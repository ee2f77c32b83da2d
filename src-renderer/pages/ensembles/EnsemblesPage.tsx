import { getRouteApi } from '@tanstack/react-router'
import { useMemo } from 'react'
import { ErrorNote } from '../../components/ErrorNote.tsx'
import { useSavedEnsembles } from '../../ensemble/saved.ts'
import { GoneEnsemble } from './GoneEnsemble.tsx'
import { OpenWorkbench } from './OpenWorkbench.tsx'
import { SavedEnsembles } from './SavedEnsembles.tsx'

const route = getRouteApi('/ensembles')

/** All saved ensembles; or the workbench, over the runs in the address or those of the ensemble that is open. */
export function EnsemblesPage() {
  const { runs, open, method, members, weights, by } = route.useSearch()
  const { ensembles, error, retry } = useSavedEnsembles()
  const opened = ensembles?.find(({ id }) => id === open)
  const runIds = useMemo(
    () => runs ?? [...new Set(opened?.members.map(({ runId }) => runId))],
    [runs, opened],
  )
  if (open !== undefined && ensembles === undefined) {
    return (
      <main>
        {error !== null && (
          <ErrorNote title="The saved ensemble could not be read" error={error} onRetry={retry} />
        )}
      </main>
    )
  }
  if (open !== undefined && opened === undefined) return <GoneEnsemble id={open} />
  return runIds.length === 0 ? (
    <SavedEnsembles />
  ) : (
    <OpenWorkbench runIds={runIds} opened={opened} chosen={{ method, members, weights, by }} />
  )
}
