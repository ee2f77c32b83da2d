import { Link } from '@tanstack/react-router'
import { useStudies } from '../../hooks/useStudies.ts'

/** The study that a run is a cell of. Until the studies are known it goes by its id. */
export function OfStudy({ id }: { readonly id: string }) {
  const { studies, state } = useStudies()
  const study = studies.find((each) => each.id === id)
  if (study === undefined && state !== 'connecting') return <span>of a study that was deleted</span>
  return (
    <span>
      of study{' '}
      <Link to="/studies/$studyId" params={{ studyId: id }}>
        {study?.name ?? id}
      </Link>
    </span>
  )
}
