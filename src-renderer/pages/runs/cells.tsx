import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { RunSummary } from '../../../shared/api/runs.ts'
import { isOurs, isTraining } from '../../../shared/run/kind.ts'
import type { RunOrigin } from '../../../shared/run/origin.ts'
import { isActive } from '../../../shared/run/state.ts'
import { placeName } from '../../../shared/worker/placeName.ts'
import { BranchIcon } from '../../components/BranchIcon.tsx'
import { NameText } from '../../components/NameText.tsx'
import { StatusBadge } from '../../components/StatusBadge.tsx'
import { count, moment, percent } from '../../format/format.ts'
import { originText } from '../../format/originText.ts'
import { specLine } from '../../format/specText.ts'
import { useRunSummary } from '../../hooks/useRuns.ts'
import { Ribbon } from '../../ribbon/Ribbon.tsx'
import { ribbonOfRun } from '../../ribbon/ribbonOf.ts'
import { WhereShort } from '../../workers/Where.tsx'
import classes from './Cells.module.css'
import { type Column, textOf, type ValuesAt } from './columns/column.ts'
import { deltaOf } from './columns/delta.ts'
import { factsOf } from './facts.ts'
import { Spark } from './Spark.tsx'

interface CellProps {
  readonly column: Column
  readonly run: RunSummary
  readonly baseline: RunSummary | undefined
  readonly at: ValuesAt
}

/** What stands in a cell of the table. */
export function Cell({ column, run, baseline, at }: CellProps): ReactNode {
  switch (column.id) {
    case 'name':
      return <NameCell run={run} isBaseline={baseline?.id === run.id} />
    case 'status':
      return <StatusCell run={run} />
    case 'ribbon':
      if (!isOurs(run)) return null
      return (
        <Ribbon compact data={ribbonOfRun(run)} height={24} label={`rate of ${run.name} over its plan`} />
      )
    case 'spark':
      if (run.kind === 'rateTest') return null
      return <Spark accuracies={run.spark} measure={column.isMirrored === true ? 'error' : 'accuracy'} />
    case 'where':
      return run.place === null ? <Text text={placeName(run)} /> : <WhereShort run={run} />
    case 'created':
      return <Text text={textOf(column, run, at)} title={moment(run.createdAt)} />
    default:
      return column.measure === undefined ? (
        <Text text={textOf(column, run, at)} />
      ) : (
        <NumberCell column={column} run={run} baseline={baseline} at={at} />
      )
  }
}

const Text = ({ text, title = text }: { readonly text: string; readonly title?: string }) => (
  <span className={classes.text} title={title}>
    {text}
  </span>
)

function NameCell({ run, isBaseline }: { readonly run: RunSummary; readonly isBaseline: boolean }) {
  const mark = run.kind === 'rateTest' ? 'range test' : isOurs(run) ? undefined : 'trained elsewhere'
  const hasMore = mark !== undefined || run.tags.length > 0 || run.note !== ''
  return (
    <span className={classes.name}>
      <span className={classes.nameLine}>
        {isBaseline && <span className={classes.baseline}>baseline</span>}
        {run.origin !== null && <OriginMark origin={run.origin} />}
        <Link
          to="/runs/$runId"
          params={{ runId: run.id }}
          className={classes.link}
          tabIndex={-1}
          preload={false}
          title={isOurs(run) ? `${run.name}: ${specLine(run.spec)}` : run.name}
        >
          <NameText name={run.name} />
        </Link>
      </span>
      {hasMore && (
        <span className={classes.more}>
          {mark !== undefined && <span className={classes.kind}>{mark}</span>}
          {run.tags.map((tag) => (
            <span key={tag} className={classes.tag}>
              {tag}
            </span>
          ))}
          {run.note !== '' && <span title={run.note}>{run.note}</span>}
        </span>
      )}
    </span>
  )
}

/** That it came from another run, and from which. */
function OriginMark({ origin }: { readonly origin: RunOrigin }) {
  const words = originText(origin, useRunSummary(origin.runId))
  return (
    <span className={classes.origin} role="img" aria-label={words} title={words}>
      <BranchIcon />
    </span>
  )
}

function StatusCell({ run }: { readonly run: RunSummary }) {
  const { progress } = factsOf(run)
  // A range test has ended when it has seen enough.
  const isWhole =
    !isOurs(run) || run.stepsDone >= run.totalSteps || (!isTraining(run) && run.status === 'completed')
  const steps = `${count(run.stepsDone)} of ${count(run.totalSteps)} steps`
  return (
    <span className={classes.status} title={run.reason === null ? steps : `${run.reason} (${steps})`}>
      <StatusBadge status={run.status} />
      {!isWhole && run.stepsDone > 0 && (
        <span className={classes.statusLine}>
          <progress
            className={classes.bar}
            data-active={isActive(run.status)}
            value={progress}
            max={1}
            aria-label={`progress of ${run.name}`}
          />
          <span className={classes.part}>{percent(progress, 0)}</span>
        </span>
      )}
    </span>
  )
}

function NumberCell({ column, run, baseline, at }: CellProps) {
  const delta = deltaOf(column, run, baseline, at)
  const title = column.title?.(run)
  return (
    <span className={classes.number} title={title}>
      {textOf(column, run, at)}
      {delta !== undefined && (
        <span
          className={classes.delta}
          data-better={delta.isBetter === undefined ? undefined : String(delta.isBetter)}
        >
          {delta.text}
        </span>
      )}
    </span>
  )
}
