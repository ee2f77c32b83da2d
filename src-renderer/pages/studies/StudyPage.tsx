import { Button } from '@mantine/core'
import { Link, useParams } from '@tanstack/react-router'
import { EmptyState } from '../../components/EmptyState.tsx'
import { ErrorNote } from '../../components/ErrorNote.tsx'
import { isUnreachable } from '../../components/errorWords.ts'
import { usePageTitle } from '../../components/PageHeader.tsx'
import { type LiveStudy, useStudy } from '../../hooks/useStudy.ts'
import { BudgetResults } from './budget/BudgetResults.tsx'
import classes from './Studies.module.css'
import { StudyHeader } from './StudyHeader.tsx'
import { SweepResults } from './sweep/SweepResults.tsx'
import { TrunkResults } from './trunk/TrunkResults.tsx'

export function StudyPage() {
  const { studyId } = useParams({ from: '/studies/$studyId' })
  return <WatchedStudy key={studyId} studyId={studyId} />
}

function WatchedStudy({ studyId }: { readonly studyId: string }) {
  const live = useStudy(studyId)
  const { study, error } = live
  usePageTitle(study?.name ?? 'Study')
  if (study !== undefined)
    return (
      <main className={classes.page}>
        <StudyHeader study={study} cells={live.cells} />
        <Results live={{ ...live, study }} />
      </main>
    )
  return (
    <main className={classes.page}>
      {error !== undefined && isUnreachable(error) && (
        <ErrorNote title="The study could not be read" error={error} />
      )}
      {error !== undefined && !isUnreachable(error) && <NoSuchStudy studyId={studyId} />}
      {error === undefined && <h1 className={classes.waiting}>Opening the study…</h1>}
    </main>
  )
}

/** Each kind of study has results of its own form. */
function Results({
  live: { study, cells },
}: {
  readonly live: Pick<LiveStudy, 'cells'> & { readonly study: NonNullable<LiveStudy['study']> }
}) {
  const { spec } = study
  switch (spec.kind) {
    case 'sweep':
      return <SweepResults study={study} spec={spec} cells={cells} />
    case 'budget':
      return <BudgetResults study={study} spec={spec} cells={cells} />
    case 'trunk':
      return <TrunkResults study={study} spec={spec} cells={cells} />
  }
}

function NoSuchStudy({ studyId }: { readonly studyId: string }) {
  return (
    <EmptyState
      title="There is no such study"
      text={`No study of this lab is called ${studyId}: it may have been deleted, or belong to another database.`}
      action={
        <Button component={Link} to="/studies">
          All studies
        </Button>
      }
    />
  )
}
