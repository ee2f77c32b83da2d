import { Autocomplete, Checkbox } from '@mantine/core'
import { useMemo } from 'react'
import { isTraining } from '../../../shared/run/kind.ts'
import { useRuns } from '../../hooks/useRuns.ts'
import { type DraftWeights, weightsOf } from './model/weights.ts'
import classes from './questions/Questions.module.css'

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
    <fieldset className={classes.part}>
      <legend>Initial weights</legend>
      <div className={classes.wide}>
        <Autocomplete
          size="xs"
          aria-label="Initial weights"
          placeholder="random, or a snapshot, or a file’s path"
          title="A snapshot of the lab, or the path of a safetensors file"
          data={snapshots}
          value={value.text}
          maxDropdownHeight={320}
          onChange={(text) => onChange({ ...value, text })}
        />
        {weightsOf(value) !== undefined && (
          <Checkbox
            mt={6}
            size="xs"
            label="Tensors that do not fit stay random"
            checked={value.partly}
            onChange={({ currentTarget }) => onChange({ ...value, partly: currentTarget.checked })}
          />
        )}
      </div>
    </fieldset>
  )
}
