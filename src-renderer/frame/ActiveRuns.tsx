import { Link } from '@tanstack/react-router'
import type { RunSummary } from '../../shared/api/runs.ts'
import { isActive } from '../../shared/run/state.ts'
import { NameText } from '../components/NameText.tsx'
import { percent } from '../format/format.ts'
import { queueOf } from '../hooks/queueOrder.ts'
import { useRuns } from '../hooks/useRuns.ts'
import { WhereShort } from '../workers/Where.tsx'
import classes from './ActiveRuns.module.css'
import { QueueMenu } from './QueueMenu.tsx'

const shownRuns = 2

/** The runs that train now, each with how far it is, and those that wait. */
export function ActiveRuns() {
  const { runs } = useRuns()
  const active = runs.filter(({ status }) => isActive(status))
  const more = active.length - shownRuns
  return (
    <div className={classes.runs}>
      {active.slice(0, shownRuns).map((run) => (
        <ActiveRun key={run.id} run={run} />
      ))}
      {more > 0 && <Link to="/">{`+${more} active`}</Link>}
      <QueueMenu queue={queueOf(runs)} />
    </div>
  )
}

function ActiveRun({ run }: { readonly run: RunSummary }) {
  const part = run.totalSteps === 0 ? 0 : run.stepsDone / run.totalSteps
  const isPaused = run.status === 'paused'
  return (
    <Link
      to="/runs/$runId"
      params={{ runId: run.id }}
      className={classes.run}
      title={`${run.name}: ${run.status}`}
    >
      <span className={classes.name}>
        <NameText name={run.name} />
      </span>
      {run.place !== null && (
        <span className={classes.where}>
          <WhereShort run={run} />
        </span>
      )}
      <progress className={classes.bar} value={part} max={1} aria-label={`Progress of ${run.name}`} />
      <span className={classes.part}>{isPaused ? 'paused' : percent(part, 0)}</span>
    </Link>
  )
}
