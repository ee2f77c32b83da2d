import { useMemo, useState } from 'react'
import { isResult } from '../../../shared/run/kind.ts'
import { SearchSelect } from '../../components/SearchSelect.tsx'
import { runLine } from '../../format/specText.ts'
import { useRuns } from '../../hooks/useRuns.ts'

interface AddRunsProps {
  readonly taken: readonly string[]
  readonly onAdd: (ids: readonly string[]) => void
}

/** Offered at once, at most: typing narrows it down. */
const limit = 50

/** Another run for the comparison, found by its name or settings. */
export function AddRuns({ taken, onAdd }: AddRunsProps) {
  const { runs } = useRuns()
  const [typed, setTyped] = useState('')
  const data = useMemo(
    () =>
      runs
        .filter((run) => isResult(run) && !taken.includes(run.id))
        .map((run) => ({ value: run.id, label: `${run.name} · ${runLine(run)}` })),
    [runs, taken],
  )
  return (
    <SearchSelect
      aria-label="Add a run"
      placeholder="Add a run"
      w={220}
      nothingFound="No run is called that"
      limit={limit}
      data={data}
      value={null}
      searchValue={typed}
      onSearchChange={setTyped}
      onChange={(id) => {
        if (id !== null) onAdd([id])
        setTyped('')
      }}
      comboboxProps={{ width: 460, position: 'bottom-end' }}
    />
  )
}
