import { TextInput } from '@mantine/core'
import type { RunSpec } from '../../../../shared/run/spec.ts'
import {
  findPreset,
  presets,
  type ScheduleSpec,
  scheduleSpec,
  writtenPeak,
} from '../../../../shared/schedule/index.ts'
import { profileGrid } from '../../../../shared/study/profileGrid.ts'
import { SearchSelect } from '../../../components/SearchSelect.tsx'
import { scheduleText } from '../../../format/specText.ts'
import { getAt, listAt, textAt } from '../../new-run/model/tree.ts'
import { EntryRow } from './EntryRow.tsx'
import { renamedEntry } from './entries.ts'
import classes from './NewStudy.module.css'
import { baseOf } from './studyDraft.ts'
import { useStudyForm } from './studyForm.ts'

/** The schedules that are compared: presets, the base's own, and those written in the study's JSON. */
export function SchedulesField() {
  const { tree, set } = useStudyForm()
  const schedules = listAt(tree, ['schedules'])
  const base = baseOf(tree)
  const add = (entry: object): void => set(['schedules', schedules.length], entry)
  return (
    <section className={classes.group} aria-label="Schedules">
      <div className={classes.groupHead}>
        <h2>Schedules</h2>
        <SearchSelect
          aria-label="Add a schedule"
          placeholder="add a schedule …"
          w={260}
          nothingFound="No schedule is called so"
          maxDropdownHeight={360}
          value={null}
          data={[
            ...(base === undefined
              ? []
              : [{ value: 'base', label: `The base's: ${scheduleText(base.schedule)}` }]),
            { value: 'grid', label: 'Instead of these: 3 profiles by 5 sampling rates, as REX has them' },
            ...presets.map(({ id, name }) => ({ value: id, label: name })),
          ]}
          onChange={(id) => {
            if (id === 'base' && base !== undefined) add({ spec: base.schedule })
            else if (id === 'grid') set(['schedules'], profileGrid(peakOf(base)))
            else if (id !== null) add({ preset: id })
          }}
        />
      </div>
      <ul className={classes.list}>
        {schedules.map((entry, i) => {
          const spec = specIn(entry)
          const known = spec === undefined ? 'not valid yet' : scheduleText(spec)
          const label = textAt(entry, ['label'])
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: a schedule is its place in the list
            <EntryRow key={i} list={['schedules']} index={i} name={label || known}>
              <TextInput
                size="xs"
                w={200}
                aria-label={`Name of schedule ${i + 1}`}
                placeholder={textAt(entry, ['preset']) || known}
                value={label}
                onChange={({ currentTarget: { value } }) => set(['schedules', i], renamedEntry(entry, value))}
              />
              <span className={classes.line}>{known}</span>
            </EntryRow>
          )
        })}
      </ul>
      <p className={classes.help}>Rates of a schedule are edited in the JSON of the study.</p>
    </section>
  )
}

const usualRate = 0.1

/** From which the profiles of the grid fall: the highest rate of the base. */
const peakOf = (base: RunSpec | undefined): number =>
  (base === undefined ? undefined : writtenPeak(base.schedule)) || usualRate

function specIn(entry: unknown): ScheduleSpec | undefined {
  const preset = textAt(entry, ['preset'])
  if (preset !== '') return presets.some(({ id }) => id === preset) ? findPreset(preset).spec : undefined
  const parsed = scheduleSpec.safeParse(getAt(entry, ['spec']))
  return parsed.success ? parsed.data : undefined
}
