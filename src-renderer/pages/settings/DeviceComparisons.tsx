import { useQuery } from '@tanstack/react-query'
import type { DeviceComparisonInfo } from '../../../shared/api/lab.ts'
import { trpc } from '../../client.ts'
import { rate } from '../../format/format.ts'
import classes from './Settings.module.css'

/** What was measured to choose among several devices; nothing where there is but one. */
export function DeviceComparisons() {
  const comparisons = useQuery(trpc.lab.deviceComparisons.queryOptions())
  if (comparisons.data === undefined || comparisons.data.length === 0) return null
  return (
    <div>
      <h3 className={classes.measured}>Time of a training step, measured on this machine</h3>
      <dl className={classes.facts}>
        {comparisons.data.map((comparison) => (
          <div key={comparison.subject} className={classes.fact}>
            <dt>{comparison.subject}</dt>
            <dd>{comparison.timings.map(timeText).join(' · ')}</dd>
          </div>
        ))}
      </dl>
    </div>
  )
}

/** "webgpu 12.1 ms", "cuda: its process failed". */
function timeText(timing: DeviceComparisonInfo['timings'][number]): string {
  if ('failure' in timing) return `${timing.name}: ${timing.failure}`
  return `${timing.name} ${rate(Number(timing.stepMs.toPrecision(3)))} ms`
}
