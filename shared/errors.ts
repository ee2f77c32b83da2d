import { z } from 'zod'
import { didYouMean } from './didYouMean.ts'

/**
 * A mistake in what the user gave us. The message is one sentence a person can act on: what was being done, which
 * rule failed, the value received, what to do next. Doors print it without a stack and exit with status 2.
 */
export class UserError extends Error {
  override readonly name = 'UserError'
  /** Lines that show the place in a text, a mark below it; empty where there is none. */
  readonly picture: string = ''
}

/** What was thrown, in the words it brings. */
export const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** The value as a short piece of text for an error sentence. */
export function show(value: unknown): string {
  if (value === undefined) return 'nothing'
  // JSON would make null of NaN and the infinities.
  const text = typeof value === 'number' ? String(value) : asJson(value)
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}

function asJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    // Nested too deep for the stack, or cyclic.
    return Object.prototype.toString.call(value)
  }
}

/**
 * Parses `input` with `schema`; one failed rule becomes one sentence naming the field, the rule and the value.
 * @throws UserError, its message beginning with `doing` ("reading the run spec")
 */
export function parseOrExplain<T>(schema: z.ZodType<T>, input: unknown, doing: string): T {
  const result = schema.safeParse(input, { reportInput: true, error: inWords })
  if (result.success) return result.data
  const broken = chooseRule(result.error.issues)
  const field = broken.path.length > 0 ? broken.path.map(fieldName).join('.') : 'the whole value'
  throw new UserError(
    `While ${doing}: ${field}: ${broken.rule} (received ${show(valueAt(input, broken.path))}).`,
  )
}

interface BrokenRule {
  path: readonly PropertyKey[]
  rule: string
}

/** A broken rule of one field, for a form that says it beside the field. */
export interface FieldProblem {
  /** "schedule.pieces.0.length"; empty for the whole value. */
  readonly path: string
  /** "must be at least 1" */
  readonly rule: string
  readonly received: unknown
}

/** Every rule that `input` breaks, in the words of `parseOrExplain`. */
export function problemsIn(schema: z.ZodType, input: unknown): FieldProblem[] {
  const result = schema.safeParse(input, { reportInput: true, error: inWords })
  if (result.success) return []
  return result.error.issues.map((issue) => {
    const { path, rule } = chooseRule([issue])
    return { path: path.map(fieldName).join('.'), rule, received: valueAt(input, path) }
  })
}

/** The broken rule that `parseOrExplain` speaks of; undefined where none is broken. */
export function problemIn(schema: z.core.$ZodType, input: unknown): FieldProblem | undefined {
  const result = z.safeParse(schema, input, { reportInput: true, error: inWords })
  if (result.success) return undefined
  const { path, rule } = chooseRule(result.error.issues)
  return { path: path.map(fieldName).join('.'), rule, received: valueAt(input, path) }
}

/** The rule to speak of: an unknown field first, as a misspelt one also makes the field that was meant look missing. */
function chooseRule(issues: readonly z.core.$ZodIssue[]): BrokenRule {
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0]
  if (issue === undefined) return { path: [], rule: 'was refused' }
  const { path, message: rule } = issue
  if (issue.code === 'unrecognized_keys') return { path: [...path, ...issue.keys.slice(0, 1)], rule }
  const meant = issue.code === 'invalid_union' ? issue.errors.find(isMeant) : undefined
  if (meant === undefined) return { path, rule }
  const inner = chooseRule(meant)
  return { path: [...path, ...inner.path], rule: inner.rule }
}

/** Whether an alternative has just the fields that were given, so that its own complaint tells more than "one of these". */
function isMeant(alternative: readonly z.core.$ZodIssue[]): boolean {
  return alternative.every(({ path, input }) => path.length > 0 && input !== undefined)
}

/** What zod found, in our words; a schema's own words go before these. */
function inWords(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'unrecognized_keys':
      return unknownField(issue.keys[0], issue.inst)
    case 'invalid_type':
      return typeof issue.input === 'number' && issue.expected === 'number'
        ? 'must be a finite number'
        : wantedType(issue.expected, issue.inst)
    case 'too_small':
      return `must ${limit(issue.origin, issue.inclusive === false ? 'above' : 'at least', issue.minimum)}`
    case 'too_big':
      return `must ${limit(issue.origin, issue.inclusive === false ? 'below' : 'at most', issue.maximum)}`
    case 'invalid_value':
      return issue.values.length === 1 ? `must be ${show(issue.values[0])}` : oneOf(issue.values, issue.input)
    case 'invalid_union':
      return isStrings(issue.options)
        ? oneOf(issue.options, valueAt(issue.input, [issue.discriminator ?? '']))
        : 'is none of the forms it may have'
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`
    case 'invalid_format':
      return issue.format === 'regex'
        ? `must match ${issue.pattern}`
        : `must be text of the form ${issue.format}`
    case 'invalid_key':
      return 'has a key that is not allowed'
    case 'invalid_element':
      return 'holds a value that is not allowed'
    case 'custom':
      return issue.message ?? 'was refused'
  }
}

function unknownField(key: string | undefined, schema: unknown): string {
  if (!(schema instanceof z.ZodObject)) return 'there is no such field'
  const fields = Object.keys(schema.shape)
  return `there is no such field${didYouMean(key ?? '', fields)}; ${only(fields)}`
}

const only = (fields: readonly string[]): string =>
  fields.length === 1 ? `the only field is ${fields[0]}` : `the fields are ${fields.join(', ')}`

const typeNames: Readonly<Record<string, string>> = {
  number: 'a number',
  int: 'a whole number',
  string: 'text',
  boolean: 'true or false',
  array: 'a list',
  tuple: 'a list',
  object: 'an object',
  record: 'an object',
  null: 'null',
}

function wantedType(expected: string, schema: unknown): string {
  const wanted = `must be ${typeNames[expected] ?? `of type ${expected}`}`
  if (schema instanceof z.ZodDiscriminatedUnion) {
    return `${wanted} whose field ${schema.def.discriminator} is one of ${tags(schema).join(', ')}`
  }
  return schema instanceof z.ZodObject ? `${wanted}; ${only(Object.keys(schema.shape))}` : wanted
}

function tags(union: z.ZodDiscriminatedUnion): string[] {
  const { discriminator, options } = union.def
  return options.flatMap((option) => [...(option._zod.propValues?.[discriminator] ?? [])].map(String))
}

function limit(origin: string, bound: string, value: number | bigint): string {
  if (origin === 'string')
    return value === 1 && bound === 'at least' ? 'not be empty' : `have ${bound} ${value} characters`
  if (origin === 'array' || origin === 'set')
    return `have ${bound} ${value} ${value === 1 ? 'entry' : 'entries'}`
  return `be ${bound} ${value}`
}

function oneOf(values: readonly unknown[], given: unknown): string {
  const names = values.map(String)
  return `must be one of ${names.join(', ')}${typeof given === 'string' ? didYouMean(given, names) : ''}`
}

const isStrings = (value: unknown): value is string[] => Array.isArray(value) && value.length > 0

/** A field's name as it stands in JSON where it would otherwise be misread. */
function fieldName(key: PropertyKey): string {
  return typeof key === 'string' && !/^[\w$-]+$/.test(key) ? JSON.stringify(key) : String(key)
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined
    value = Reflect.get(value, key)
  }
  return value
}
