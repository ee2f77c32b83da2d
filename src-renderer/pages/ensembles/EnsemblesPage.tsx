import { getRouteApi } from '@tanstack/react-router'
import { EnsemblePanel } from '../../ensemble/EnsemblePanel.tsx'
import { useRuns } from '../../hooks/useRuns.ts'

const route = getRouteApi('/ensembles')

export function EnsemblesPage() {
  const { runs: ids = [] } = route.useSearch()
  const { byId } = useRuns()
  return (
    <main>
      <EnsemblePanel runs={ids.flatMap((id) => byId.get(id) ?? [])} focus={false} />
    </main>
  )
}
