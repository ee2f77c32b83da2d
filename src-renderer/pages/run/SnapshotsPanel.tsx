import { Button, Text, Title } from '@mantine/core'
import type { DamageInfo } from '../../../shared/api/lab.ts'
import type { EpochInfo, RunSummary, SnapshotInfo } from '../../../shared/api/runs.ts'
import { isActive } from '../../../shared/run/state.ts'
import { afterSteps, count, duration } from '../../format/format.ts'
import { mostPlanned, type PlannedSnapshot, type SnapshotDots } from '../../ribbon/dots.ts'
import { DotMark } from './DotMark.tsx'
import { secondsUntil } from './runNumbers.ts'
import { SnapshotRow } from './SnapshotRow.tsx'
import classes from './Snapshots.module.css'

interface SnapshotsPanelProps {
  readonly run: RunSummary
  readonly epochs: readonly EpochInfo[]
  readonly samplesPerSecond: number | null
  readonly snapshots: readonly SnapshotInfo[]
  readonly dots: SnapshotDots
  /** What of the run is damaged. */
  readonly damage: readonly DamageInfo[]
  /** The step it will end after, as things stand. */
  readonly lastStep: number
  readonly selected: number | undefined
  readonly onSelect: (snapshotId: number) => void
  readonly isEnsembleOpen: boolean
  readonly onEnsemble: () => void
}

/** Of those to come, so many are listed one by one. */
const plannedShown = 3

export function SnapshotsPanel(props: SnapshotsPanelProps) {
  const { run, dots, damage, snapshots, lastStep, selected, onSelect } = props
  const byId = new Map(snapshots.map((snapshot) => [snapshot.id, snapshot]))
  const planned = dots.coming.filter(({ step }) => step <= lastStep)
  const timed = (step: number): string => {
    if (!isActive(run.status)) return afterSteps(step)
    const seconds = secondsUntil(run, props.epochs, props.samplesPerSecond, step)
    return run.status === 'paused' || seconds === undefined ? afterSteps(step) : `in ${duration(seconds)}`
  }
  return (
    <section className={classes.panel} aria-label="Snapshots">
      <Title order={2}>Snapshots</Title>
      <ol className={classes.list}>
        {dots.past.map((dot) => (
          <SnapshotRow
            key={dot.step}
            run={run}
            dot={dot}
            snapshot={dot.snapshotId === undefined ? undefined : byId.get(dot.snapshotId)}
            isDamaged={damage.some(({ snapshotId }) => snapshotId !== null && snapshotId === dot.snapshotId)}
            isSelected={dot.snapshotId !== undefined && dot.snapshotId === selected}
            onSelect={onSelect}
          />
        ))}
        {planned.slice(0, plannedShown).map((dot) => (
          <li key={dot.step} className={classes.planned}>
            <DotMark state="planned" />
            <span>{dot.name}</span>
            <span className={classes.when}>{timed(dot.step)}</span>
          </li>
        ))}
      </ol>
      <Rest planned={planned} timed={timed} />
      <EnsembleButton {...props} next={planned[0]} timed={timed} />
    </section>
  )
}

function Rest({
  planned,
  timed,
}: {
  readonly planned: readonly PlannedSnapshot[]
  readonly timed: (step: number) => string
}) {
  const last = planned.at(-1)
  const more = planned.length - plannedShown
  if (last === undefined || more <= 0) return null
  return (
    <Text size="xs" c="dimmed">
      and {planned.length >= mostPlanned && 'at least '}
      {count(more)} more, the last {timed(last.step)}
    </Text>
  )
}

function EnsembleButton({
  run,
  isEnsembleOpen,
  onEnsemble,
  next,
  timed,
}: SnapshotsPanelProps & {
  readonly next: PlannedSnapshot | undefined
  readonly timed: (step: number) => string
}) {
  const members = run.snapshots.length
  if (members < 2)
    return (
      <Text size="sm" c="dimmed" id="why-no-ensemble">
        {members === 0 ? 'No snapshot yet' : 'One snapshot so far'}; an ensemble needs two.{' '}
        {nextWords(run, next, timed)}
      </Text>
    )
  return (
    <Button
      fullWidth
      size="sm"
      variant={isEnsembleOpen ? 'default' : 'filled'}
      aria-expanded={isEnsembleOpen}
      aria-keyshortcuts="e"
      onClick={onEnsemble}
    >
      {isEnsembleOpen ? 'Close the ensemble' : `Ensemble ${count(members)} snapshots`}
    </Button>
  )
}

/** When another snapshot comes; a run that has ended promises none. */
function nextWords(
  { status, snapshots }: RunSummary,
  next: PlannedSnapshot | undefined,
  timed: (step: number) => string,
): string {
  if (next === undefined) return `${snapshots.length === 0 ? 'None' : 'No other'} is planned.`
  if (isActive(status) || status === 'queued') return `The next comes ${timed(next.step)}.`
  return `Resumed, it would take the next ${timed(next.step)}.`
}
