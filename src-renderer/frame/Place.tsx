import { Link, useLocation, useParams } from '@tanstack/react-router'
import { useRunSummary } from '../hooks/useRuns.ts'
import classes from './Place.module.css'

const names: Readonly<Record<string, string>> = {
  '/': 'Runs',
  '/new': 'New run',
  '/compare': 'Compare',
  '/ensembles': 'Ensembles',
  '/data': 'Data',
  '/settings': 'Settings',
}

/** Where one is: the page, or the run with the way back to the others. */
export function Place() {
  const path = useLocation({ select: ({ pathname }) => pathname })
  const { runId } = useParams({ strict: false })
  const run = useRunSummary(runId ?? '')
  const here = runId === undefined ? (names[path] ?? 'Not found') : (run?.name ?? runId)
  const isUnderRuns = runId !== undefined || path === '/compare'
  return (
    <nav aria-label="Place" className={classes.place}>
      {isUnderRuns && (
        <>
          <Link to="/" className={classes.up}>
            Runs
          </Link>
          <span aria-hidden="true">/</span>
        </>
      )}
      <span aria-current="page" className={classes.here}>
        {here}
      </span>
    </nav>
  )
}
