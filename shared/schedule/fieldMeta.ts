import { z } from 'zod'

/*
 * What people are told of a field stands beside its schema: the form of the designer, `anneal schedule --kind` and the
 * table in the README are all drawn from here.
 */

/** What a number counts. `time`: the unit that the lengths of its schedule have (steps, epochs or parts of the budget). */
export type FieldUnit = 'time' | 'epochs' | 'steps' | 'budget' | 'length' | 'rate' | 'times'

/** One value of a field that offers a choice. */
export interface OptionMeta {
  readonly label: string
  /** What the choice does, in a sentence. */
  readonly help?: string
}

/**
 * What a field is to the highest and the lowest rate of its schedule. highest, lowest: it is that rate. first, last: the
 * ends of a line, of which the first is the highest unless the line rises. scale: every rate is proportional to it.
 * quotient: the highest is divided by it.
 */
export type RateRole = 'highest' | 'lowest' | 'first' | 'last' | 'scale' | 'quotient'

export interface FieldMeta {
  readonly label: string
  /** What the field does, in a sentence. */
  readonly help?: string
  readonly unit?: FieldUnit
  /** Most schedules leave it as it is: a form may fold it away. */
  readonly isFine?: boolean
  /** What it takes of rates that were found for the whole schedule. */
  readonly takes?: RateRole
  /** What holds while an optional field is left out. */
  readonly empty?: string
  /** The words of every value of a field that offers a choice, by value. */
  readonly options?: Readonly<Record<string, OptionMeta>>
  /**
   * Answers that are more than a number, a text or a choice: a form has a control for each of these. `schedules`: the
   * schedules that a composed one is made of, which are edited in a place of their own.
   */
  readonly control?: 'profile' | 'update' | 'momentum' | 'schedules'
}

const registry = z.registry<FieldMeta>()

/** A copy of `schema` that carries `meta`; the schema itself may be used for other fields. */
export function described<Schema extends z.ZodType>(schema: Schema, meta: FieldMeta): Schema {
  const copy = schema.clone()
  registry.add(copy, meta)
  return copy
}

/** A field as forms and help texts need it. */
export interface FieldInfo {
  readonly key: string
  readonly meta: FieldMeta
  /** The field's schema without its default: the rule that a value has to keep. */
  readonly rule: z.core.$ZodType
  /** What holds where the field is left out; undefined where it must be given, or `meta.empty` says it. */
  readonly initial: unknown
  readonly isOptional: boolean
  readonly kindOfValue: 'number' | 'numbers' | 'text' | 'other'
  /** The values of a choice; empty for other fields. */
  readonly choices: readonly (string | number)[]
}

/** Fields that every family shares stand behind its own. */
const last = ['unit', 'update', 'momentum']

/** The described fields of a schema: all but its tag. */
export function fieldsOf(schema: z.ZodObject): readonly FieldInfo[] {
  const fields = Object.entries(schema.shape).flatMap(([key, field]) => {
    const meta = registry.get(field)
    return meta === undefined ? [] : [infoOf(key, field, meta)]
  })
  return fields.toSorted((a, b) => last.indexOf(a.key) - last.indexOf(b.key))
}

function infoOf(key: string, field: z.core.$ZodType, meta: FieldMeta): FieldInfo {
  let rule = field
  let initial: unknown
  let isOptional = false
  for (;;) {
    if (rule instanceof z.ZodDefault) initial = rule.def.defaultValue
    else if (rule instanceof z.ZodOptional) isOptional = true
    else break
    rule = rule.def.innerType
  }
  return { key, meta, rule, initial, isOptional, kindOfValue: kindOf(rule), choices: choicesOf(rule) }
}

function kindOf(rule: z.core.$ZodType): FieldInfo['kindOfValue'] {
  if (rule instanceof z.ZodNumber) return 'number'
  if (rule instanceof z.ZodString) return 'text'
  return rule instanceof z.ZodArray && rule.element instanceof z.ZodNumber ? 'numbers' : 'other'
}

function choicesOf(rule: z.core.$ZodType): (string | number)[] {
  if (rule instanceof z.ZodEnum) return [...rule.options]
  if (!(rule instanceof z.ZodUnion)) return []
  const literals = rule.options.filter((option) => option instanceof z.ZodLiteral)
  return literals.flatMap(({ value }) =>
    typeof value === 'string' || typeof value === 'number' ? [value] : [],
  )
}
