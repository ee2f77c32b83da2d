import { ActionIcon, Tooltip } from '@mantine/core'
import type { EpochInfo, RunSummary } from '../../../shared/api/runs.ts'
import { bestOf } from '../../../shared/run/best.ts'
import { initialText } from '../../../shared/run/initial.ts'
import type { KernelUse } from '../../../shared/run/kernelUse.ts'
import { isActive } from '../../../shared/run/state.ts'
import { StatusBadge } from '../../components/StatusBadge.tsx'
import { count, counted, duration, percent, perSecond } from '../../format/format.ts'
import { scoreText } from '../../format/scoreMeasure.ts'
import { budgetText, optimizerText, specLine } from '../../format/specText.ts'
import { useScoreMeasure } from '../../hooks/useScoreMeasure.ts'
import { Where } from '../../workers/Where.tsx'
import { Descent } from './Descent.tsx'
import { EditableName } from './EditableName.tsx'
import { OfStudy } from './OfStudy.tsx'
import classes from './Run.module.css'
import { RunActions } from './RunActions.tsx'
import { annotateRun } from './runActs.ts'
import {
  cycleNumber,
  isOutOfTouch,
  lastStepOf,
  progressOf,
  secondsUntil,
  trainedSeconds,
} from './runNumbers.ts'
import { StepKernels } from './StepKernels.tsx'
import type { RunCommands } from './useRunCommands.ts'

interface RunHeaderProps {
  readonly run: RunSummary
  readonly epochs: readonly EpochInfo[]
  readonly samplesPerSecond: number | null
  readonly kernels: KernelUse | null
  readonly commands: RunCommands
}

export function RunHeader(props: RunHeaderProps) {
  const { run, commands, kernels } = props
  return (
    <header className={classes.header}>
      <div className={classes.first} data-active={isActive(run.status)}>
        <Favourite run={run} />
        <EditableName run={run} />
        <StatusBadge status={run.status} />
        <Progress {...props} />
        <div className={classes.actions}>
          <RunActions run={run} commands={commands} />
        </div>
      </div>
      <p className={classes.second}>
        <span>
          {run.spec.dataset.name} · {specLine(run.spec)} · {optimizerText(run.spec.optimizer)} · batch{' '}
          {count(run.spec.batchSize)}
        </span>
        <NowPlanned run={run} />
        <Where run={run} />
        <Device run={run} />
        {kernels !== null && <StepKernels use={kernels} />}
        {run.origin !== null && <Descent origin={run.origin} />}
        {run.initial !== null && <span>{initialText(run.initial)}</span>}
        {run.studyId !== null && <OfStudy id={run.studyId} />}
        {run.archived && <span>archived</span>}
      </p>
    </header>
  )
}

function Favourite({ run }: { readonly run: RunSummary }) {
  const { favourite } = run
  return (
    <ActionIcon
      variant="subtle"
      color={favourite ? 'yellow' : 'gray'}
      aria-label="Favourite"
      aria-pressed={favourite}
      title={favourite ? 'One of your favourites' : 'Make it a favourite'}
      onClick={() => void annotateRun(run, { favourite: !favourite }, 'The favourite was not changed')}
    >
      <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
        <path
          d="M8 1.8l1.9 3.9 4.3.6-3.1 3 .7 4.3L8 11.6l-3.8 2 .7-4.3-3.1-3 4.3-.6z"
          fill={favourite ? 'light-dark(#b07a00, #ffd43b)' : 'none'}
          stroke={favourite ? 'light-dark(#b07a00, #ffd43b)' : 'var(--mantine-color-dimmed)'}
          strokeWidth="1.3"
          strokeLinejoin="round"
        />
      </svg>
    </ActionIcon>
  )
}

/** How far, how long still, how fast: each in a place of its own width, so that nothing moves as they count. */
function Progress({ run, epochs, samplesPerSecond, commands }: RunHeaderProps) {
  const active = isActive(run.status)
  const left = active ? secondsUntil(run, epochs, samplesPerSecond, lastStepOf(run)) : undefined
  const cycle = cycleNumber(run, Math.max(0, run.stepsDone - 1))
  return (
    <div className={classes.progress}>
      {!active && <Outcome run={run} epochs={epochs} />}
      {run.status === 'completed' ? (
        <span>{counted(run.stepsDone, 'step')}</span>
      ) : (
        <>
          <span>{percent(progressOf(run), 0)}</span>
          <span>
            step {count(run.stepsDone)} of {count(run.totalSteps)}
          </span>
        </>
      )}
      {active && cycle !== undefined && <span>cycle {count(cycle)}</span>}
      {run.status === 'running' && <span>{left === undefined ? '' : `${duration(left)} left`}</span>}
      {samplesPerSecond !== null && !isOutOfTouch(run) && <span>{perSecond(samplesPerSecond)}</span>}
      {active && run.stopsAfterStep !== null && (
        <strong>stops after step {count(run.stopsAfterStep + 1)}</strong>
      )}
      {commands.pending.has('annealNow') && <strong>annealing…</strong>}
    </div>
  )
}

/** What came of a run that has ended: its best score, of which part of the data, and how long it trained. */
function Outcome({ run, epochs }: Pick<RunHeaderProps, 'run' | 'epochs'>) {
  const [measure] = useScoreMeasure()
  const best = run.best === null ? undefined : bestOf([run.best], run.spec.dataset.validation > 0)
  const seconds = trainedSeconds(run, epochs)
  return (
    <>
      {best !== undefined && (
        <span className={classes.score}>
          best {best.part} {measure} <strong>{scoreText(best.accuracy, measure)}</strong>
        </span>
      )}
      {seconds !== undefined && run.stepsDone > 0 && <span>trained in {duration(seconds)}</span>}
    </>
  )
}

/** The budget as it is since the run was extended or its plan cut short. */
function NowPlanned({ run }: { readonly run: RunSummary }) {
  const { scheduleSteps, stepsPerEpoch } = run.planned.plan
  if (scheduleSteps === undefined || scheduleSteps === run.totalSteps) return null
  const now =
    'steps' in run.spec.budget
      ? { steps: run.totalSteps }
      : { epochs: Number((run.totalSteps / stepsPerEpoch).toFixed(2)) }
  return <span>now {budgetText(now)}</span>
}

function Device({ run }: { readonly run: RunSummary }) {
  // Without a device its reason is what is done to find one.
  if (run.device === null)
    return run.deviceReason === null ? null : <span role="status">{run.deviceReason}</span>
  return (
    <Tooltip label={run.deviceReason} disabled={run.deviceReason === null} multiline maw={420}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the reason must be reachable by keyboard */}
      <span className={classes.device} tabIndex={0}>
        {run.device}
      </span>
    </Tooltip>
  )
}
