import { ActionIcon, Button, SegmentedControl } from '@mantine/core'
import { useMemo } from 'react'
import { type AxisField, axisFields } from '../../../../shared/study/paths.ts'
import { SearchSelect } from '../../../components/SearchSelect.tsx'
import { rate } from '../../../format/format.ts'
import { useForm } from '../../new-run/form.ts'
import { getAt, listAt, textAt } from '../../new-run/model/tree.ts'
import { AxisValues } from './AxisValues.tsx'
import { NumberField } from './fields.tsx'
import classes from './NewStudy.module.css'
import { baseOf } from './studyDraft.ts'
import { useStudyForm } from './studyForm.ts'

/** What varies: a line an axis, each a field of the base by its path. */
export function AxesEditor() {
  const { tree, set } = useStudyForm()
  const base = baseOf(tree)
  const text = JSON.stringify(base)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the text names the base
  const fields = useMemo(() => (base === undefined ? [] : axisFields(base)), [text])
  const axes = listAt(tree, ['axes'])
  const taken = axes.map((axis) => textAt(axis, ['path']))
  const next = fields.find(({ path, type }) => !taken.includes(path) && type === 'number') ?? fields[0]
  return (
    <section className={classes.group} aria-label="Axes">
      <div className={classes.groupHead}>
        <h2>What varies</h2>
        <Button
          size="compact-xs"
          variant="default"
          disabled={next === undefined}
          onClick={() => next !== undefined && set(['axes', axes.length], startOfAxis(next))}
        >
          Add an axis
        </Button>
      </div>
      {axes.map((axis, i) => (
        <AxisLine
          // biome-ignore lint/suspicious/noArrayIndexKey: an axis is its place, whatever its path becomes
          key={i}
          index={i}
          axis={axis}
          fields={fields}
          isOnly={axes.length === 1}
        />
      ))}
    </section>
  )
}

interface AxisLineProps {
  readonly index: number
  readonly axis: unknown
  readonly fields: readonly AxisField[]
  readonly isOnly: boolean
}

type Form = 'list' | 'linear' | 'log'

function AxisLine({ index, axis, fields, isOnly }: AxisLineProps) {
  const { set } = useStudyForm()
  const path = textAt(axis, ['path'])
  const field = fields.find((one) => one.path === path)
  const values = getAt(axis, ['values'])
  const form: Form = Array.isArray(values) ? 'list' : textAt(values, ['scale']) === 'log' ? 'log' : 'linear'
  const isNumeric = field === undefined || field.type === 'number' || field.type === 'integer'
  const name = `Axis ${index + 1}`
  // Whole parts are a list of rows under the field, which keeps its button beside it.
  const isPart = field?.path === 'optimizer' || field?.path === 'model'
  const remove = (
    <ActionIcon
      variant="subtle"
      color="gray"
      size={28}
      aria-label={`Remove ${name.toLowerCase()}`}
      disabled={isOnly}
      onClick={() => set(['axes', index], undefined)}
    >
      <span aria-hidden="true">×</span>
    </ActionIcon>
  )
  const problem = useForm().problems[`axes.${index}`]?.sentence
  return (
    <div className={classes.axis}>
      <SearchSelect
        label={name}
        aria-label={`${name}: field`}
        w={250}
        nothingFound="No field is called so"
        data={grouped(fields, path)}
        value={path}
        maxDropdownHeight={360}
        onChange={(chosen) => {
          const next = fields.find((one) => one.path === chosen)
          if (next !== undefined) set(['axes', index], startOfAxis(next))
        }}
      />
      {isPart && remove}
      {isNumeric && (
        <SegmentedControl
          aria-label={`${name}: values`}
          value={form}
          data={[
            { value: 'list', label: 'List' },
            { value: 'linear', label: 'Range' },
            { value: 'log', label: 'Log range' },
          ]}
          onChange={(chosen) => set(['axes', index, 'values'], inForm(values, chosen))}
        />
      )}
      {form === 'list' ? (
        <AxisValues index={index} field={field} values={Array.isArray(values) ? values : []} />
      ) : (
        <div className={classes.range}>
          <NumberField path={['axes', index, 'values', 'from']} label="From" width={90} />
          <NumberField path={['axes', index, 'values', 'to']} label="To" width={90} />
          <NumberField
            path={['axes', index, 'values', 'count']}
            label="Values"
            width={70}
            hint="Of a grid; random and quasi-random search draw between the ends"
          />
        </div>
      )}
      {!isPart && remove}
      {field !== undefined && <span className={classes.axisHelp}>{helpOf(field)}</span>}
      {problem !== undefined && <p className={classes.entryProblem}>{problem}</p>}
    </div>
  )
}

/** What it is, in what it is measured, between which ends, and what the base has. */
function helpOf({ path, label, help, unit, limits, value, type }: AxisField): string {
  const { least, most, above, below } = limits
  const ends = [
    least !== undefined && `at least ${rate(least)}`,
    above !== undefined && `above ${rate(above)}`,
    most !== undefined && `at most ${rate(most)}`,
    below !== undefined && `below ${rate(below)}`,
  ]
  const parts = [
    `${label} (${path})`,
    help?.replace(/\.$/, ''),
    unit !== undefined && unit !== 'rate' && unit !== 'time' && unit !== 'length' && `in ${unit}`,
    ...ends,
    type !== 'part' && value !== undefined && `base: ${JSON.stringify(value)}`,
  ]
  return parts.filter((part) => typeof part === 'string').join(' · ')
}

function grouped(fields: readonly AxisField[], path: string) {
  const groups = [...new Set(fields.map(({ group }) => group))].map((group) => ({
    group,
    items: fields
      .filter((field) => field.group === group)
      .map((field) => ({ value: field.path, label: `${field.path}` })),
  }))
  const isKnown = path === '' || fields.some((field) => field.path === path)
  return isKnown ? groups : [{ group: 'Not of this base', items: [{ value: path, label: path }] }, ...groups]
}

/** Values around what the base has. */
function startOfAxis({ path, type, choices, value, scale }: AxisField): object {
  if (type === 'flag') return { path, values: [false, true] }
  if (type === 'choice') return { path, values: choices.slice(0, 3) }
  if (path === 'seed') return { path, values: [1, 2, 3] }
  if ((type === 'number' || type === 'integer') && typeof value === 'number' && value > 0) {
    const tidy = (number: number): number =>
      type === 'integer' ? Math.round(number) : Number(number.toPrecision(3))
    const values = scale === 'log' ? [tidy(value / 3), value, tidy(value * 3)] : [tidy(value / 2), value]
    return { path, values: [...new Set(values)] }
  }
  return { path, values: value === undefined ? [] : [value] }
}

/** The same numbers in another form, as far as they can be. */
function inForm(values: unknown, form: string): unknown {
  const list = listAt(values, []).filter((value) => typeof value === 'number')
  const from = list.length > 0 ? Math.min(...list) : getAt(values, ['from'])
  const to = list.length > 0 ? Math.max(...list) : getAt(values, ['to'])
  if (form === 'list') return [from, to].filter((value) => typeof value === 'number')
  const count = getAt(values, ['count']) ?? Math.max(3, list.length)
  return { from: from ?? 0, to: to ?? 1, count, scale: form }
}
