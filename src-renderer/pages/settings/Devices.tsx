import { useQuery } from '@tanstack/react-query'
import type { DeviceInfo } from '../../../shared/api/lab.ts'
import { trpc } from '../../client.ts'
import { ErrorNote } from '../../components/ErrorNote.tsx'
import { DeviceComparisons } from './DeviceComparisons.tsx'
import { Section } from './Section.tsx'
import classes from './Settings.module.css'
import { Tensorflow } from './Tensorflow.tsx'

/** What a run can train on here, and what keeps it from the others. */
export function Devices() {
  // The host looks once, and what it has measured since changes what "auto" takes.
  const devices = useQuery(trpc.lab.devices.queryOptions())
  return (
    <Section of="devices">
      {devices.error !== null && devices.data === undefined && (
        <ErrorNote
          title="The devices could not be looked for"
          error={devices.error}
          onRetry={() => void devices.refetch()}
        />
      )}
      {devices.isPending && (
        <p className={classes.aside} role="status">
          Looking: each device is started once, in a process of its own.
        </p>
      )}
      {devices.data !== undefined && (
        <>
          <ul className={classes.devices}>
            {devices.data.toSorted(inOrder).map((device) => (
              <Device key={device.name} device={device} />
            ))}
          </ul>
          <p className={classes.aside}>
            Looked for once while Anneal is open: start it anew after installing a driver.
          </p>
          <DeviceComparisons />
        </>
      )}
      <Tensorflow />
    </Section>
  )
}

/** What auto takes, then what else there is. */
const inOrder = (a: DeviceInfo, b: DeviceInfo): number =>
  Number(b.chosen) - Number(a.chosen) || Number(b.available) - Number(a.available)

function Device({ device: { name, available, device, reason, chosen } }: { readonly device: DeviceInfo }) {
  return (
    <li data-available={available}>
      <span className={classes.sign} aria-hidden="true">
        {available ? '●' : '○'}
      </span>
      <div>
        <div className={classes.deviceName}>
          <code>{name}</code>
          <span>{device ?? 'not available'}</span>
          {chosen && <span className={classes.chosen}>taken by “auto”</span>}
        </div>
        <p className={classes.reason}>{reason}</p>
      </div>
    </li>
  )
}
