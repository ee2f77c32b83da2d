import { Checkbox, Group, Text } from '@mantine/core'
import { memo } from 'react'
import { familyGroups, presets } from '../../../../shared/schedule/index.ts'
import { SearchSelect } from '../../../components/SearchSelect.tsx'
import { scheduleText } from '../../../format/specText.ts'
import fieldClasses from '../Field.module.css'
import { useForm } from '../form.ts'
import { families, familyOf, isKind } from '../model/families.ts'
import { problemAt } from '../model/fields.ts'
import { filled, switchFamily, withWarmup } from '../model/switchFamily.ts'
import { type Path, pathText, textAt } from '../model/tree.ts'
import classes from './Designer.module.css'
import type { WarmUp } from './ScheduleNode.tsx'

const dense = { label: fieldClasses.label, input: fieldClasses.input } as const

const familyData = familyGroups.map((group) => ({
  group,
  items: families
    .filter((one) => one.group === group)
    .map(({ kind, name }) => ({ value: kind, label: name })),
}))

const presetData = presets.map(({ id, name }) => ({ value: id, label: name }))
const presetTexts = new Map(presets.map((preset) => [preset.id, JSON.stringify(preset.spec)]))

interface PickersProps {
  readonly path: Path
  readonly value: unknown
  readonly warmUp?: WarmUp
}

/** Which family, from which preset, and whether a warm-up goes before it. */
export function Pickers({ path, value, warmUp }: PickersProps) {
  const { update, set } = useForm()
  const kind = textAt(value, ['kind'])
  const text = JSON.stringify(value)
  const preset = presets.find(({ id }) => presetTexts.get(id) === text)
  const about = preset === undefined ? familyOf(kind)?.about : `${preset.note} Source: ${preset.source}.`
  return (
    <div className={classes.pickers}>
      <FamilyPicker place={pathText(path)} kind={kind} />
      <PresetPicker place={pathText(path)} preset={preset?.id} />
      <Checkbox
        className={classes.warm}
        label="Warm-up in front"
        checked={warmUp !== undefined}
        onChange={() => (warmUp === undefined ? update(path, withWarmup) : set(warmUp.path, value))}
      />
      <Text className={classes.about} size="xs" c="dimmed" title={about}>
        {about}
      </Text>
    </div>
  )
}

/* The pickers know where they are and not what else the schedule says, so that a drag does not draw them anew. */

const placeOf = (place: string): Path => place.split('.')

const FamilyPicker = memo(function FamilyPicker({
  place,
  kind,
}: {
  readonly place: string
  readonly kind: string
}) {
  const { update, problems } = useForm()
  const name = `${place}.kind`
  return (
    <SearchSelect
      label="Schedule"
      classNames={dense}
      data-path={name}
      data={familyData}
      value={isKind(kind) ? kind : null}
      nothingFound="No schedule is called so"
      maxDropdownHeight={420}
      error={problems[name] && problemAt(problems, name, 'Schedule')}
      onChange={(chosen) => {
        if (chosen === null || !isKind(chosen) || chosen === kind) return
        update(placeOf(place), (old) => switchFamily(old, chosen))
      }}
    />
  )
})

const PresetPicker = memo(function PresetPicker(given: {
  readonly place: string
  readonly preset: string | undefined
}) {
  const { set } = useForm()
  return (
    <SearchSelect
      label="Preset"
      classNames={dense}
      placeholder="start from a published one"
      data={presetData}
      value={given.preset ?? null}
      nothingFound="No schedule is called so"
      maxDropdownHeight={420}
      comboboxProps={{ width: 420, position: 'bottom-start' }}
      renderOption={({ option }) => <PresetOption id={option.value} />}
      onChange={(id) => {
        const chosen = presets.find((one) => one.id === id)
        if (chosen !== undefined) set(placeOf(given.place), filled(chosen.spec))
      }}
    />
  )
})

function PresetOption({ id }: { readonly id: string }) {
  const preset = presets.find((one) => one.id === id)
  if (preset === undefined) return null
  return (
    <div>
      <Group justify="space-between" wrap="nowrap" gap="md">
        <Text size="sm">{preset.name}</Text>
        <Text size="xs" c="dimmed">
          {scheduleText(preset.spec)}
        </Text>
      </Group>
      <Text size="xs" c="dimmed">
        {preset.note} Source: {preset.source}.
      </Text>
    </div>
  )
}
