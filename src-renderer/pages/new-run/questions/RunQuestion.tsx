import { useQuery } from '@tanstack/react-query'
import { memo } from 'react'
import { deviceName } from '../../../../shared/run/spec.ts'
import type { Placement } from '../../../../shared/worker/placement.ts'
import { trpc } from '../../../client.ts'
import { PlacementField } from '../../../workers/PlacementField.tsx'
import { deviceElsewhere } from '../../../workers/placementChoices.ts'
import { Field } from '../Field.tsx'
import { ChoiceField, ValueField } from '../inputs.tsx'
import type { Choice, FieldSpec } from '../model/fields.ts'
import classes from './Questions.module.css'

export const RunQuestion = memo(function RunQuestion({
  name,
  usualName,
  seed,
  device,
  placement,
  onPlacement,
  isReady,
}: {
  readonly name: unknown
  /** What it is called where no name is given. */
  readonly usualName: string
  readonly seed: unknown
  readonly device: unknown
  readonly placement: Placement | null
  readonly onPlacement: (placement: Placement | null) => void
  /** The data sets are known. */
  readonly isReady: boolean
}) {
  const devices = useQuery({
    ...trpc.lab.devices.queryOptions(),
    staleTime: Number.POSITIVE_INFINITY,
    // The host tries each device in a process of its own: what the curve needs is not to wait for that.
    enabled: isReady,
  })
  const known = devices.data ?? []
  const infoOf = (one: unknown) => known.find(({ name, chosen }) => (one === 'auto' ? chosen : name === one))
  // What there is elsewhere is told by the menu of places.
  const isHere = placement === null
  const options: Choice[] = deviceNames.map((one) => [
    one,
    isHere && infoOf(one)?.available === false ? `${one}: not here` : one,
  ])
  const chosen = infoOf(device)
  return (
    <fieldset className={classes.part}>
      <legend>Run</legend>
      <div className={classes.wide}>
        <ValueField path={['name']} field={{ ...nameField, empty: usualName }} value={name} unit="" />
      </div>
      <PlacementField value={placement} device={device} onChange={onPlacement} />
      <ChoiceField
        path={['device']}
        label="Device"
        hint={isHere ? chosen && `${chosen.device ?? chosen.name}: ${chosen.reason}` : deviceElsewhere}
        value={device}
        options={options}
      />
      <Field at={[]} field={seedField} value={seed} />
    </fieldset>
  )
})

const deviceNames = deviceName.options
const nameField: FieldSpec = { key: 'name', label: 'Name', type: { is: 'text' } }
const seedField: FieldSpec = {
  key: 'seed',
  label: 'Seed',
  type: { is: 'number' },
  hint: 'Weights, batch order, augmentation and dropout follow from it.',
}
