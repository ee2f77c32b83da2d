import { Kbd } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { trpc } from '../client.ts'
import { useRuns } from '../hooks/useRuns.ts'
import { ActiveRuns } from './ActiveRuns.tsx'
import { openFinder } from './finder/Finder.tsx'
import { FindIcon } from './icons.tsx'
import { keyCaps } from './keys.ts'
import { Place } from './Place.tsx'
import { isApple } from './shortcuts.ts'
import classes from './TopLine.module.css'

export function TopLine() {
  return (
    <header className={classes.top}>
      <Link to="/" className={classes.name}>
        Anneal
      </Link>
      <Place />
      <div className={classes.right}>
        <ActiveRuns />
        <Device />
        <button type="button" className={classes.find} onClick={openFinder}>
          <FindIcon />
          <span className={classes.findWord}>Find</span>
          <Kbd size="xs">{keyCaps('mod+K', isApple).join(' ')}</Kbd>
        </button>
      </div>
    </header>
  )
}

/** What trains now, or what would. */
function Device() {
  const { runs, state } = useRuns()
  // What other machines train on is told where their runs are.
  const active = runs.find(
    ({ status, device, place }) => status === 'running' && device !== null && place === null,
  )
  const devices = useQuery({
    ...trpc.lab.devices.queryOptions(),
    staleTime: Number.POSITIVE_INFINITY,
    // The host tries each device in a process of its own: the runs come first.
    enabled: state === 'live',
  })
  const chosen = devices.data?.find((device) => device.chosen)
  const words = active?.device ?? chosen?.device
  if (!words) return null
  return (
    <Link
      to="/settings"
      className={classes.device}
      data-busy={active !== undefined}
      title={`Trains on ${words}`}
      aria-label={words}
    >
      <span aria-hidden="true">●</span> <span className={classes.deviceName}>{words}</span>
    </Link>
  )
}
