import { Autocomplete, Checkbox } from '@mantine/core'
import { useMemo } from 'react'
import { isTraining } from '../../../shared/run/kind.ts'
import { useRuns } from '../../hooks/useRuns.ts'
import classes from './InitialWeights.module.css'
import { type DraftWeights, weightsOf } from './model/draft.ts'

/** So many of the newest are offered; any other is found by its number. */
const offered = 100

/** What the run begins with: random weights, a snapshot of the lab, or a safetensors file of this machine. */
export function InitialWeights({
  value,
  onChange,
}: {
  readonly value: DraftWeights
  readonly onChange: (value: DraftWeights) => void
}) {
  const { runs } = useRuns()
  const snapshots = useMemo(
    () =>
      runs
        .filter(isTraining)
        .flatMap(({ name, snapshots: own }) => own.toReversed().map(({ id }) => `snapshot ${id} of ${name}`))
        .slice(0, offered),
    [runs],
  )
  return (
    <div className={classes.weights}>
      <Autocomplete
        size="xs"
        label="Initial weights"
        placeholder="random; or a snapshot, or the path of a safetensors file"
        data={snapshots}
        value={value.text}
        maxDropdownHeight={320}
        onChange={(text) => onChange({ ...value, text })}
      />
      {weightsOf(value) !== undefined && (
        <Checkbox
          size="xs"
          label="Tensors that do not fit stay random"
          checked={value.partly}
          onChange={({ currentTarget }) => onChange({ ...value, partly: currentTarget.checked })}
        />
      )}
    </div>
  )
}
