import { z } from 'zod'
import { modelText } from '../../../shared/run/modelText.ts'
import type { RunSpec } from '../../../shared/run/spec.ts'
import { budgetText, optimizerText, scheduleText } from '../../format/specText.ts'

/** One setting as people read it: "weight decay", "0.0005". */
export interface SpecRow {
  readonly label: string
  readonly value: string
}

export interface SpecGroup {
  readonly title: string
  /** The whole group in a word or two. */
  readonly summary: string
  readonly rows: readonly SpecRow[]
}

/** The full configuration, part by part; nothing of the spec is left out. */
export function specGroups(spec: RunSpec): SpecGroup[] {
  const {
    dataset,
    model,
    optimizer,
    schedule,
    budget,
    augmentation,
    snapshots,
    evaluation,
    name: _,
    ...rest
  } = spec
  return [
    {
      title: 'Data',
      summary: dataset.name,
      rows: [...rowsOf(dataset), ...rowsOf(augmentation, 'augmentation')],
    },
    { title: 'Model', summary: modelText(model), rows: rowsOf(model) },
    { title: 'Optimizer', summary: optimizerText(optimizer), rows: rowsOf(optimizer) },
    { title: 'Schedule', summary: scheduleText(schedule), rows: rowsOf(schedule) },
    {
      title: 'Training',
      summary: budgetText(budget),
      rows: [
        ...rowsOf(budget, 'budget'),
        ...rowsOf(rest),
        ...rowsOf(snapshots, 'snapshots'),
        ...rowsOf(evaluation, 'evaluation'),
      ],
    },
  ]
}

const branch = z.record(z.string(), z.json())

/** Leaves as rows; lists of numbers in one, a model's own topology not spelled out. */
function rowsOf(part: unknown, prefix = ''): SpecRow[] {
  return Object.entries(branch.parse(JSON.parse(JSON.stringify(part)))).flatMap(([key, value]) => {
    const label = prefix === '' ? words(key) : `${prefix} ${words(key)}`
    if (key === 'topology') return [{ label, value: 'its own, see the JSON' }]
    if (Array.isArray(value)) {
      if (value.every((one) => typeof one !== 'object' || one === null))
        return [{ label, value: value.map(String).join(', ') || 'none' }]
      return value.flatMap((one, i) => rowsOf(one, `${label} ${i + 1}`))
    }
    if (typeof value === 'object' && value !== null) return rowsOf(value, label)
    return [{ label, value: plain(value) }]
  })
}

const plain = (value: string | number | boolean | null): string => {
  if (value === true) return 'yes'
  if (value === false) return 'no'
  return String(value)
}

/** "weightDecaySchedule" → "weight decay schedule". */
const words = (key: string): string => key.replace(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase()
