import { Button } from '@mantine/core'
import { Link, useNavigate } from '@tanstack/react-router'
import { EmptyState } from '../../components/EmptyState.tsx'
import { PageHeader } from '../../components/PageHeader.tsx'
import { counted } from '../../format/format.ts'
import { useStudies } from '../../hooks/useStudies.ts'
import classes from './Studies.module.css'
import { StudyTable } from './StudyTable.tsx'

export function StudiesPage() {
  const { studies, state } = useStudies()
  const navigate = useNavigate()
  return (
    <main className={classes.page}>
      <PageHeader
        title="Studies"
        detail={state === 'connecting' ? '' : counted(studies.length, 'study', 'studies')}
        actions={<Button onClick={() => void navigate({ to: '/studies/new' })}>New study</Button>}
      />
      {studies.length > 0 && <StudyTable studies={studies} />}
      {studies.length === 0 && state !== 'connecting' && (
        <EmptyState
          title="No studies yet"
          text="A study asks one question over many runs: which rate, which schedule, at which budget."
          action={
            <Button component={Link} to="/studies/new">
              New study
            </Button>
          }
        />
      )}
    </main>
  )
}
