import { Select } from '@mantine/core'
import type { StudySummary } from '../../../shared/api/studies.ts'
import { editStudy } from './studyActs.ts'
import { slotsMeasured } from './words.ts'

const offered = [1, 2, 3, 4, 6, 8]

/** How many of the study's runs may train at once on one device. */
export function SlotsChoice({ study }: { readonly study: StudySummary }) {
  const { slots } = study
  const numbers = slots === null || offered.includes(slots) ? offered : [...offered, slots]
  return (
    <Select
      aria-label="Runs at once"
      title={`Of this study's runs, so many train at once on one device. ${slotsMeasured}`}
      w="10.5rem"
      allowDeselect={false}
      value={String(slots ?? 'lab')}
      data={[
        { value: 'lab', label: 'slots as in Settings' },
        ...numbers.map((count) => ({
          value: String(count),
          label: count === 1 ? '1 slot' : `${count} slots`,
        })),
      ]}
      onChange={(chosen) => {
        if (chosen !== null) void editStudy(study, { slots: chosen === 'lab' ? null : Number(chosen) })
      }}
    />
  )
}
