import { Button } from '@mantine/core'
import { Link, useParams } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import { EmptyState } from '../../components/EmptyState.tsx'
import { ErrorNote } from '../../components/ErrorNote.tsx'
import { isUnreachable } from '../../components/errorWords.ts'
import { usePageTitle } from '../../components/PageHeader.tsx'
import { useRunWatch } from '../../hooks/useRunWatch.ts'
import { OpenElsewhere } from './OpenElsewhere.tsx'
import { OpenRun } from './OpenRun.tsx'
import classes from './Run.module.css'

const OpenRateTest = lazy(async () => ({ default: (await import('./OpenRateTest.tsx')).OpenRateTest }))

export function RunPage() {
  const { runId } = useParams({ from: '/runs/$runId' })
  return <WatchedRun key={runId} runId={runId} />
}

function WatchedRun({ runId }: { readonly runId: string }) {
  const live = useRunWatch(runId)
  const { run, error } = live
  usePageTitle(run?.name ?? 'Run')
  if (run?.kind === 'rateTest') {
    return (
      <Suspense>
        <OpenRateTest run={run} live={live} />
      </Suspense>
    )
  }
  if (run?.elsewhere) return <OpenElsewhere run={run} elsewhere={run.elsewhere} live={live} />
  if (run !== undefined) return <OpenRun run={run} live={live} />
  return (
    <main className={classes.page}>
      {error !== undefined && isUnreachable(error) && (
        <ErrorNote title="The run could not be read" error={error} />
      )}
      {error !== undefined && !isUnreachable(error) && <NoSuchRun runId={runId} />}
      {error === undefined && <h1 className={classes.waiting}>Opening the run…</h1>}
    </main>
  )
}

function NoSuchRun({ runId }: { readonly runId: string }) {
  return (
    <EmptyState
      title="There is no such run"
      text={`No run of this lab is called ${runId}: it may have been deleted, or belong to another database.`}
      action={
        <Button component={Link} to="/">
          All runs
        </Button>
      }
    />
  )
}
