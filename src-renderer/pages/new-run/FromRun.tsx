import { memo } from 'react'
import type { RunSummary } from '../../../shared/api/runs.ts'
import { isTraining } from '../../../shared/run/kind.ts'
import { SearchSelect } from '../../components/SearchSelect.tsx'
import { ago } from '../../format/format.ts'
import { specLine } from '../../format/specText.ts'
import { useRuns } from '../../hooks/useRuns.ts'

/** So many of the newest are offered; the runs table finds the others, and "clone" there comes here. */
const offered = 300

export const FromRun = memo(function FromRun(given: { readonly onChoose: (run: RunSummary) => void }) {
  const runs = useRuns().runs.filter(isTraining)
  return (
    <SearchSelect
      size="xs"
      w="15rem"
      aria-label="Start from a past run"
      placeholder={runs.length === 0 ? 'no past runs yet' : 'start from a past run …'}
      disabled={runs.length === 0}
      data={runs.slice(0, offered).map(({ id, name, spec, createdAt }) => ({
        value: id,
        label: `${name} · ${specLine(spec)} · ${ago(createdAt)}`,
      }))}
      value={null}
      nothingFound="No run of that name"
      maxDropdownHeight={420}
      comboboxProps={{ width: 480, position: 'bottom-end' }}
      onChange={(id) => {
        const run = runs.find((one) => one.id === id)
        if (run !== undefined) given.onChoose(run)
      }}
    />
  )
})
