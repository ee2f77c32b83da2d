import { Button, Group, Progress, Text } from '@mantine/core'
import { useMemo } from 'react'
import { bytes, count } from '../format/format.ts'
import type { Candidate } from './candidates.ts'
import classes from './Ensemble.module.css'
import { useLoadProgress } from './loadProgress.ts'
import type { Loading } from './useEnsemble.ts'

interface LoadLineProps {
  readonly candidates: readonly Candidate[]
  readonly loading: Loading
}

/** How many predictions are there, with a way to stop and one to go on. It appears after half a second: most need none. */
export function LoadLine({ candidates, loading: { isStopped, stop, goOn } }: LoadLineProps) {
  const ids = useMemo(() => candidates.map(({ snapshotId }) => snapshotId), [candidates])
  const progress = useLoadProgress(ids)
  const done = progress?.done ?? 0
  const words = `${count(done)} of ${count(candidates.length)} snapshots${progress && progress.bytes > 0 ? `, ${bytes(progress.bytes)}` : ''}`
  return (
    <div className={classes.loading} data-stopped={isStopped || undefined}>
      <Group gap="sm" wrap="nowrap">
        <Progress
          value={(100 * done) / Math.max(1, candidates.length)}
          flex={1}
          size="sm"
          aria-label="Stored predictions read"
          transitionDuration={0}
          {...(isStopped && { color: 'gray' })}
        />
        <Button size="compact-sm" variant="default" onClick={isStopped ? goOn : stop}>
          {isStopped ? 'Read the rest' : 'Cancel'}
        </Button>
      </Group>
      <Text size="xs" c="dimmed">
        Stored predictions: {words}.{' '}
        <span role="status">
          {isStopped
            ? 'Stopped. Averages are still worked out by the host; what each member adds, the other methods, calibration, diversity and saving take the rest.'
            : 'Reading them for the methods, calibration, diversity and what each member adds.'}
        </span>
      </Text>
    </div>
  )
}
