import { useQuery } from '@tanstack/react-query'
import type { CalibrationInfo } from '../../../shared/api/lab.ts'
import { trpc } from '../../client.ts'
import { rate } from '../../format/format.ts'
import classes from './Settings.module.css'

/** What was measured to choose among several devices; nothing where there is but one. */
export function Calibrations() {
  const calibrations = useQuery(trpc.lab.calibrations.queryOptions())
  if (calibrations.data === undefined || calibrations.data.length === 0) return null
  return (
    <div>
      <h3 className={classes.measured}>Time of a training step, measured on this machine</h3>
      <dl className={classes.facts}>
        {calibrations.data.map((calibration) => (
          <div key={calibration.subject} className={classes.fact}>
            <dt>{calibration.subject}</dt>
            <dd>{calibration.timings.map(timeText).join(' · ')}</dd>
          </div>
        ))}
      </dl>
    </div>
  )
}

/** "webgpu 12.1 ms", "cuda: its process failed". */
function timeText(timing: CalibrationInfo['timings'][number]): string {
  if ('failure' in timing) return `${timing.name}: ${timing.failure}`
  return `${timing.name} ${rate(Number(timing.stepMs.toPrecision(3)))} ms`
}
