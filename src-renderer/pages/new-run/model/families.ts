import {
  type FieldInfo,
  fieldsOf,
  findFamily,
  type ScheduleKind,
  scheduleFamilies,
} from '../../../../shared/schedule/index.ts'
import type { FieldSpec, FieldType } from './fields.ts'

/** A family of schedules as the designer offers it, drawn from what the core says of it. */
export interface Family {
  readonly kind: ScheduleKind
  readonly name: string
  readonly group: string
  /** What it does, in a sentence. */
  readonly about: string
  readonly fields: readonly FieldSpec[]
  /** What it starts from. */
  readonly start: object
  /** The field with its highest rate, which goes along when the family is changed. */
  readonly peak: string | undefined
}

export const families: readonly Family[] = scheduleFamilies.map(
  ({ kind, name, group, about, schema, start, peak }) => ({
    kind,
    name,
    group,
    about,
    fields: fieldsOf(schema).flatMap(fieldSpec),
    start,
    peak: peak?.field,
  }),
)

/** The question a field is asked by; none for the schedules inside of another, which have a place of their own. */
function fieldSpec(info: FieldInfo): FieldSpec[] {
  const { label, help, empty, isFine = false } = info.meta
  const type = fieldType(info)
  if (type === undefined) return []
  const hint = help !== undefined && { hint: help }
  return [
    { key: info.key, label, type, isFine, ...hint, ...(empty !== undefined && info.isOptional && { empty }) },
  ]
}

function fieldType({ meta, kindOfValue, choices }: FieldInfo): FieldType | undefined {
  if (meta.control === 'schedules') return undefined
  if (meta.control !== undefined) return { is: meta.control }
  if (choices.length > 0) {
    return {
      is: 'choice',
      options: choices.map((value) => {
        const option = meta.options?.[value]
        return [value, option?.label ?? String(value), option?.help ?? '']
      }),
    }
  }
  const unit = meta.unit === undefined ? {} : { unit: meta.unit }
  if (kindOfValue === 'numbers') return { is: 'numbers', ...unit }
  return kindOfValue === 'text' ? { is: 'text' } : { is: 'number', ...unit }
}

const byKind = new Map<string, Family>(families.map((family) => [family.kind, family]))

export const familyOf = (kind: string): Family | undefined => byKind.get(kind)

export const isKind = (kind: string): kind is ScheduleKind => findFamily(kind) !== undefined
