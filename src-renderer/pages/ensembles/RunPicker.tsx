import { type SelectProps, Text } from '@mantine/core'
import { useMemo } from 'react'
import type { RunSummary } from '../../../shared/api/runs.ts'
import { bestOf } from '../../../shared/run/best.ts'
import { isTraining } from '../../../shared/run/kind.ts'
import { NameText } from '../../components/NameText.tsx'
import { SearchSelect } from '../../components/SearchSelect.tsx'
import { counted } from '../../format/format.ts'
import { scoreText } from '../../format/scoreMeasure.ts'
import { useRuns } from '../../hooks/useRuns.ts'
import { useScoreMeasure } from '../../hooks/useScoreMeasure.ts'
import classes from './Ensembles.module.css'
import { whyNotJoin } from './joining.ts'

/** As many as one can look through; typing finds the others. */
const mostShown = 60

interface RunPickerProps {
  /** Already taken; the first of them says who can join. */
  readonly taken: readonly RunSummary[]
  readonly placeholder: string
  readonly onPick: (runId: string) => void
}

/** Finds a run by its name. Those that cannot join say why, below those that can. */
export function RunPicker({ taken, placeholder, onPick }: RunPickerProps) {
  const { runs, byId } = useRuns()
  const first = taken[0]
  const options = useMemo(() => {
    const ids = new Set(taken.map(({ id }) => id))
    const others = runs.filter(
      (run) => (isTraining(run) || run.elsewhere?.from === 'predictions') && !ids.has(run.id),
    )
    const can = (run: RunSummary): boolean => whyNotJoin(run, first) === undefined
    return [...others.filter(can), ...others.filter((run) => !can(run))].map((run) => ({
      value: run.id,
      label: run.name,
      disabled: !can(run),
    }))
  }, [runs, taken, first])
  const renderOption: SelectProps['renderOption'] = ({ option }) => {
    const run = byId.get(option.value)
    return run === undefined ? option.label : <RunOption run={run} first={first} />
  }
  return (
    <SearchSelect
      className={classes.picker}
      aria-label={placeholder}
      placeholder={placeholder}
      data={options}
      value={null}
      nothingFound="No run of that name"
      limit={mostShown}
      comboboxProps={{ width: 340, position: 'bottom-end', transitionProps: { duration: 80 } }}
      renderOption={renderOption}
      onChange={(id) => {
        if (id !== null) onPick(id)
      }}
    />
  )
}

function RunOption({ run, first }: { readonly run: RunSummary; readonly first: RunSummary | undefined }) {
  const reason = whyNotJoin(run, first)
  const [measure] = useScoreMeasure()
  const best = run.best === null ? undefined : bestOf([run.best], run.spec.dataset.validation > 0)
  return (
    <div className={classes.option}>
      <div className={classes.optionName}>
        <NameText name={run.name} />
      </div>
      <Text size="xs" c="dimmed">
        {reason ??
          `${counted(run.snapshots.length, 'snapshot')}${best === undefined ? '' : ` · best ${best.part} ${measure} ${scoreText(best.accuracy, measure)}`}`}
      </Text>
    </div>
  )
}
