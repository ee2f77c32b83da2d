import { MultiSelect } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { presets } from '../../../../shared/schedule/index.ts'
import type { AxisField } from '../../../../shared/study/paths.ts'
import { trpc } from '../../../client.ts'
import { useRuns } from '../../../hooks/useRuns.ts'
import { textAt } from '../../new-run/model/tree.ts'
import { isNamedValue } from './entries.ts'
import { NumberListsField, NumbersField } from './fields.tsx'
import { JsonList } from './JsonList.tsx'
import classes from './NewStudy.module.css'
import { PartValues } from './PartValues.tsx'
import { waitingProblem } from './partTexts.ts'
import { useStudyForm } from './studyForm.ts'

interface AxisValuesProps {
  readonly index: number
  readonly field: AxisField | undefined
  readonly values: readonly unknown[]
}

/** The values of an axis, asked for as its type wants it. */
export function AxisValues({ index, field, values }: AxisValuesProps) {
  const form = useStudyForm()
  const path = ['axes', index, 'values']
  if (field?.path === 'optimizer' || field?.path === 'model')
    return <PartValues index={index} of={field.path} />
  if (field === undefined || waitingProblem(form, path) !== undefined)
    return <JsonList path={path} {...jsonWords} />
  if (field.path.split('.').at(-1) === 'schedule') return <ScheduleValues index={index} values={values} />
  // Values with names of their own, which the fields below could not keep.
  if (values.some(isNamedValue)) return <JsonList path={path} {...jsonWords} />
  if (field.path === 'dataset.name') return <DatasetValues index={index} values={values} />
  switch (field.type) {
    case 'number':
    case 'integer':
      return (
        <div className={classes.values}>
          <NumbersField path={path} label="Values" placeholder="0.01, 0.1, 1" />
        </div>
      )
    case 'flag':
      return <Choices index={index} values={values} choices={[false, true]} />
    case 'choice':
      return <Choices index={index} values={values} choices={field.choices} />
    case 'numbers':
      if (!values.every((list) => Array.isArray(list) && list.length > 0)) break
      return (
        <div className={classes.values}>
          <NumberListsField path={path} label="Values, apart by semicolons" placeholder="64; 128, 64" />
        </div>
      )
    default:
      break
  }
  return <JsonList path={path} {...jsonWords} />
}

/** What the fields cannot say. */
const jsonWords = { label: 'Values, a JSON list', placeholder: '[[64], [128, 64]]' } as const

type Given = Pick<AxisValuesProps, 'index' | 'values'>

function Choices({
  index,
  values,
  choices,
}: Given & { readonly choices: readonly (string | number | boolean)[] }) {
  const { set } = useStudyForm()
  return (
    <MultiSelect
      className={classes.values}
      size="xs"
      label="Values"
      data={choices.map(String)}
      value={values.map(String)}
      onChange={(chosen) =>
        set(
          ['axes', index, 'values'],
          chosen.map((text) => choices.find((choice) => String(choice) === text) ?? text),
        )
      }
    />
  )
}

function DatasetValues({ index, values }: Given) {
  const { set } = useStudyForm()
  const { data } = useQuery(trpc.datasets.list.queryOptions())
  const names = (data?.whole ?? []).map(({ name }) => name)
  const chosen = values.map(String)
  return (
    <MultiSelect
      className={classes.values}
      size="xs"
      label="Data sets"
      data={[...new Set([...names, ...chosen])]}
      value={chosen}
      onChange={(next) => set(['axes', index, 'values'], next)}
    />
  )
}

const offeredRuns = 50

/** Whole schedules: published ones, those of stored runs, and those written in the JSON of the study. */
function ScheduleValues({ index, values }: Given) {
  const { set } = useStudyForm()
  const { runs } = useRuns()
  const written = values.flatMap((value) => (keyOf(value) === undefined ? [value] : []))
  const data = [
    { group: 'Presets', items: presets.map(({ id, name }) => ({ value: `preset ${id}`, label: name })) },
    {
      group: 'Of runs',
      items: runs
        .slice(0, offeredRuns)
        .map(({ id, name }) => ({ value: `run ${id}`, label: `of ${name} (${id.slice(-4)})` })),
    },
    {
      group: 'Written',
      items: written.map((value, i) => ({ value: `written ${i}`, label: writtenName(value) })),
    },
  ]
  return (
    <MultiSelect
      className={classes.values}
      size="xs"
      label="Schedules"
      searchable
      maxDropdownHeight={360}
      data={data.filter(({ items }) => items.length > 0)}
      value={values.map((value) => keyOf(value) ?? `written ${written.indexOf(value)}`)}
      onChange={(chosen) =>
        set(
          ['axes', index, 'values'],
          chosen.map((key) => {
            const [of, id = ''] = key.split(' ')
            return of === 'written' ? written[Number(id)] : { [of ?? 'preset']: id }
          }),
        )
      }
    />
  )
}

function keyOf(value: unknown): string | undefined {
  const preset = textAt(value, ['preset'])
  const run = textAt(value, ['run'])
  if (preset !== '') return `preset ${preset}`
  return run === '' ? undefined : `run ${run}`
}

const writtenName = (value: unknown): string =>
  textAt(value, ['label']) || textAt(value, ['kind']) || JSON.stringify(value).slice(0, 40)
