import { Link } from '@tanstack/react-router'
import type { Placement } from '../../../shared/worker/placement.ts'
import { useWorkers } from '../../hooks/useWorkers.ts'
import { placementName } from '../../workers/placementChoices.ts'

/** Where the study's runs train, of one that does not train here. */
export function StudyPlace({ placement }: { readonly placement: Placement | null }) {
  const { info } = useWorkers(placement !== null)
  if (placement === null) return null
  return (
    <span>
      trains on <Link to="/workers">{placementName(placement, info?.workers ?? [])}</Link>
    </span>
  )
}
