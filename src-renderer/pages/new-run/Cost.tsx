import { Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { DatasetInfo } from '../../../shared/api/datasets.ts'
import { trpc } from '../../client.ts'
import type { Checked } from './model/check.ts'
import { aboutTime, estimateDetail, estimateSource, secondsOf, sizeText } from './model/cost.ts'
import { diskUse, roomAdvice, snapshotBytes } from './model/disk.ts'
import { type Snapshots, snapshotsOf } from './model/preview.ts'
import classes from './StartBar.module.css'
import { useTime } from './useTime.ts'

interface CostProps {
  readonly checked: Checked
  readonly whole: readonly DatasetInfo[] | undefined
  /** It is to train on another machine: the time told is that of this one. */
  readonly isElsewhere: boolean
}

/** What the run will cost: epochs and snapshots, room on the disk, time. */
export function Cost({ checked, whole, isElsewhere }: CostProps) {
  const { spec, plan, compiled, problems } = checked
  const time = useTime(spec)
  if (spec === undefined || plan === undefined || compiled === undefined) {
    const isWrong = Object.keys(problems).length > 0
    return (
      <Text size="sm" c="dimmed">
        {isWrong ? 'no cost while something is wrong' : 'the cost is told when the data set is known'}
      </Text>
    )
  }
  const snapshots = snapshotsOf(spec.snapshots, plan, compiled)
  const { known, reason } = time
  return (
    <Text size="sm" className={classes.cost} component="div">
      {sizeText(spec, snapshots)}
      <Disk spec={spec} whole={whole} snapshots={snapshots} />
      {known === undefined ? (
        <span className={classes.unknown}>, {reason}</span>
      ) : (
        <span title={estimateDetail(known)}>
          , {aboutTime(secondsOf(known, spec, plan, snapshots))}
          <span className={classes.source}>
            {' '}
            {estimateSource(known)}
            {isElsewhere ? ', here' : ''}
          </span>
        </span>
      )}
    </Text>
  )
}

/** The room that the snapshots will take, louder where it is a large part of what is left. */
function Disk({
  spec,
  whole,
  snapshots,
}: {
  readonly spec: NonNullable<Checked['spec']>
  readonly whole: CostProps['whole']
  readonly snapshots: Snapshots
}) {
  const { data: storage } = useQuery(trpc.lab.storage.queryOptions())
  const { name } = spec.dataset
  const info = whole?.find((one) => one.name === name) ?? whole?.find(({ id }) => id === name)
  const one = info === undefined ? undefined : snapshotBytes(spec, info)
  if (one === undefined || snapshots.count === 0) return null
  const use = diskUse(one, snapshots, storage?.freeBytes ?? null)
  return (
    <span
      className={classes.disk}
      data-is={use.is}
      title={use.is === 'tooMuch' ? roomAdvice(snapshots) : undefined}
    >
      {' '}
      ({use.words})
    </span>
  )
}
