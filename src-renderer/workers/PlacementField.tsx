import { Anchor, NativeSelect } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { Placement } from '../../shared/worker/placement.ts'
import { useNow } from '../hooks/useNow.ts'
import { useWorkers } from '../hooks/useWorkers.ts'
import { Explained, explained } from '../pages/new-run/Explained.tsx'
import classes from './PlacementField.module.css'
import {
  choiceOf,
  placementChoices,
  placementHelp,
  placementNote,
  placementOf,
  placementProblem,
} from './placementChoices.ts'
import { isAnywhere } from './workerWords.ts'

interface PlacementFieldProps {
  readonly value: Placement | null
  /** As the spec names it: what it is to train on. */
  readonly device: unknown
  /** Among fields whose labels stand in bold above them. */
  readonly isPlain?: boolean
  readonly onChange: (value: Placement | null) => void
}

/** Where it trains; where there is nowhere but here, only the way to add a worker. */
export function PlacementField({ value, device, isPlain = false, onChange }: PlacementFieldProps) {
  const { info } = useWorkers()
  const now = useNow(10_000)
  if (info === undefined) return null
  if (value === null && !isAnywhere(info))
    return (
      <p className={classes.quiet}>
        <Anchor
          underline="always"
          renderRoot={(props) => <Link {...props} to="/workers" search={{ add: true }} />}
          size="xs"
        >
          Add a worker
        </Anchor>{' '}
        to train on other machines too.
      </p>
    )
  const help = placementHelp(value, info)
  const note = placementNote(value, device, info)
  return (
    <Explained hint={help} words="whole">
      <NativeSelect
        size="xs"
        {...(isPlain ? {} : { ...explained(help), rightSectionWidth: '1.25rem' })}
        label="Where it trains"
        name="placement"
        data={placementChoices(info, value, now).map(({ isDisabled, ...choice }) => ({
          ...choice,
          disabled: isDisabled,
        }))}
        value={choiceOf(value)}
        error={placementProblem(value, info, now)}
        onChange={({ currentTarget }) => onChange(placementOf(currentTarget.value))}
      />
      {note !== undefined && (
        <p className={classes.note} role="status">
          {note}
        </p>
      )}
    </Explained>
  )
}
