import { z } from 'zod'
import { isObject, type Json } from './json.ts'

/*
 * A run spec's own schema, walked along a value: what can vary, with its type and limits, is what stands there, and need
 * not be listed a second time.
 */

type Schema = z.core.$ZodType

/** The schema behind defaults, options and preprocessing. */
function plainSchema(schema: Schema): Schema {
  let inner = schema
  for (;;) {
    if (
      inner instanceof z.ZodDefault ||
      inner instanceof z.ZodPrefault ||
      inner instanceof z.ZodOptional ||
      inner instanceof z.ZodNullable
    ) {
      inner = inner.def.innerType
    } else if (inner instanceof z.ZodPipe) inner = inner.def.out
    else if (inner instanceof z.ZodLazy) inner = inner.def.getter()
    else return inner
  }
}

interface Tag {
  readonly field: string
  readonly names: readonly string[]
  readonly forms: ReadonlyMap<string, Schema>
}

/** Unions do not change, and the cells of a study ask for the same few again and again. */
const tags = new WeakMap<z.ZodDiscriminatedUnion, Tag>()

/** The field by which the forms of a union are told apart, and its names; undefined where there is no such field. */
export function tagOf(schema: Schema): Tag | undefined {
  const plain = plainSchema(schema)
  if (!(plain instanceof z.ZodDiscriminatedUnion)) return undefined
  const known = tags.get(plain)
  if (known !== undefined) return known
  const field = plain.def.discriminator
  const forms = new Map(
    plain.def.options.flatMap((option) =>
      [...(option._zod.propValues?.[field] ?? [])].map((name): [string, Schema] => [String(name), option]),
    ),
  )
  const tag = { field, names: [...forms.keys()], forms }
  tags.set(plain, tag)
  return tag
}

/** The form that a value has, where its schema allows several; undefined where it has none of them. */
function formOf(schema: Schema, value: Json | undefined): Schema | undefined {
  const tag = tagOf(schema)
  if (tag !== undefined) return tag.forms.get(String(isObject(value) ? value[tag.field] : undefined))
  const plain = plainSchema(schema)
  if (plain instanceof z.ZodUnion) {
    return plain.def.options.find((option) => z.safeParse(option, value).success)
  }
  return plain
}

/** The fields of the form that a value has. */
export function shapeOf(schema: Schema, value: Json | undefined): Readonly<Record<string, Schema>> {
  const form = formOf(schema, value)
  return form instanceof z.ZodObject ? form.shape : {}
}

/** The schema of the form's object itself, whose fields may carry words. */
export function objectOf(schema: Schema, value: Json | undefined): z.ZodObject | undefined {
  const form = formOf(schema, value)
  return form instanceof z.ZodObject ? form : undefined
}

/**
 * The schema of what stands behind `key` of a value: of a field of its form, of an item of a list. A plain union's field may
 * be one of another form than the value's ("steps" of a budget in epochs).
 */
export function schemaBehind(schema: Schema, value: Json | undefined, key: string): Schema | undefined {
  const tag = tagOf(schema)
  if (tag?.field === key) return z.enum(tag.names)
  const plain = plainSchema(schema)
  const own = shapeOf(schema, value)[key]
  if (own !== undefined) return own
  if (plain instanceof z.ZodUnion && tag === undefined) {
    const other = plain.def.options.find((option) => option instanceof z.ZodObject && key in option.shape)
    return other instanceof z.ZodObject ? other.shape[key] : undefined
  }
  if (plain instanceof z.ZodArray && Array.isArray(value)) {
    return /^\d+$/.test(key) && Number(key) < value.length ? plain.element : undefined
  }
  return plain instanceof z.ZodRecord ? plain.def.valueType : undefined
}

export interface Limits {
  readonly least?: number
  readonly most?: number
  /** The limit itself is not allowed. */
  readonly above?: number
  readonly below?: number
}

export type FieldType = 'number' | 'integer' | 'flag' | 'choice' | 'text' | 'numbers' | 'other'

/** What a field's values are: of a number its limits, of a choice its values. */
export function typeOf(schema: Schema): {
  readonly type: FieldType
  readonly limits: Limits
  readonly choices: readonly (string | number | boolean)[]
} {
  const plain = plainSchema(schema)
  if (plain instanceof z.ZodNumber) {
    return { type: isWhole(plain) ? 'integer' : 'number', limits: limitsOf(plain), choices: [] }
  }
  if (plain instanceof z.ZodBoolean) return { type: 'flag', limits: {}, choices: [true, false] }
  if (plain instanceof z.ZodString) return { type: 'text', limits: {}, choices: [] }
  if (plain instanceof z.ZodArray && plainSchema(plain.element) instanceof z.ZodNumber) {
    return { type: 'numbers', limits: {}, choices: [] }
  }
  const choices = choicesOf(plain)
  return { type: choices.length > 0 ? 'choice' : 'other', limits: {}, choices }
}

const isWhole = (schema: z.ZodNumber): boolean => schema.format === 'safeint' || schema.format === 'int32'

const bound = z.object({
  check: z.enum(['greater_than', 'less_than']),
  value: z.number(),
  inclusive: z.boolean(),
})

function limitsOf(schema: z.ZodNumber): Limits {
  const found = (schema.def.checks ?? []).flatMap((check): Limits[] => {
    const { data } = bound.safeParse(check._zod.def)
    if (data === undefined) return []
    const { check: side, value, inclusive } = data
    if (side === 'greater_than') return [inclusive ? { least: value } : { above: value }]
    return [inclusive ? { most: value } : { below: value }]
  })
  return Object.assign({}, ...found)
}

function choicesOf(plain: Schema): readonly (string | number | boolean)[] {
  if (plain instanceof z.ZodEnum) return [...plain.options]
  if (plain instanceof z.ZodLiteral) return literalsOf(plain)
  const tag = tagOf(plain)
  // A profile may be written as its bare name.
  if (tag?.field === 'shape') return tag.names
  if (!(plain instanceof z.ZodUnion)) return []
  return plain.def.options.flatMap((option) => {
    if (option instanceof z.ZodEnum) return [...option.options]
    return option instanceof z.ZodLiteral ? literalsOf(option) : []
  })
}

const literalsOf = (schema: z.ZodLiteral): (string | number)[] =>
  schema.def.values.filter((value) => typeof value === 'string' || typeof value === 'number')
