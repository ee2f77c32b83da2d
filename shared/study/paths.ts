import type { z } from 'zod'
import { didYouMean } from '../didYouMean.ts'
import { problemIn } from '../errors.ts'
import { type RunSpec, runSpec } from '../run/spec.ts'
import { findFamily } from '../schedule/index.ts'
import { describedFields, type FieldWords, fieldWords } from './fieldWords.ts'
import { asJsonObject, isObject, type Json, type JsonObject, jsonAt, withJsonAt } from './json.ts'
import { refusal } from './refusal.ts'
import { type FieldType, type Limits, schemaBehind, shapeOf, tagOf, typeOf } from './schemaWalk.ts'

/*
 * What a study can vary: the fields of a run spec by their path ("schedule.lrMax", "optimizer.weightDecay"), and its parts as
 * a whole ("schedule", "model", "optimizer"). Types, limits and words come from the spec's own schema.
 */

/** Names of runs change nothing, a study's snapshots are what its kind needs. */
const notVaried = new Set(['name', 'snapshots'])

/** Parts with kinds of their own: varied as a whole, and through their fields. */
const parts = ['schedule', 'optimizer', 'model'] as const
type Part = (typeof parts)[number]
const isPart = (path: string): path is Part => parts.some((part) => part === path)

/** Where a whole schedule stands: the run's own, or one inside of a composed one. */
export const isSchedulePath = (path: string): boolean => path.split('.').at(-1) === 'schedule'

/** A field that a form can offer as an axis. */
export interface AxisField extends FieldWords {
  readonly path: string
  /** The heading under which a form offers it. */
  readonly group: 'Schedule' | 'Optimizer' | 'Network' | 'Data' | 'Run'
  /** part: a whole schedule, optimizer or model. */
  readonly type: FieldType | 'part'
  readonly limits: Limits
  readonly choices: readonly (string | number | boolean)[]
  /** What the base has there. */
  readonly value: Json | undefined
}

/** The fields that a base has, and its parts, in the order of the spec. */
export const axisFields = (base: RunSpec): readonly AxisField[] => fieldsIn(asJsonObject(base))

const fieldsIn = (tree: JsonObject): readonly AxisField[] =>
  order.flatMap((key) => fieldsUnder(runSpec, tree, key, ''))

const order = [
  'schedule',
  'optimizer',
  'model',
  'dataset',
  'batchSize',
  'budget',
  'augmentation',
  'labelSmoothing',
  'classWeights',
  'clipping',
  'ema',
  'seed',
  'evaluation',
  'device',
] as const

const groups: Readonly<Record<string, AxisField['group']>> = {
  schedule: 'Schedule',
  optimizer: 'Optimizer',
  model: 'Network',
  dataset: 'Data',
  augmentation: 'Data',
}

function fieldsUnder(
  schema: z.core.$ZodType,
  owner: Json | undefined,
  key: string,
  prefix: string,
): AxisField[] {
  const own = schemaBehind(schema, owner, key)
  if (own === undefined) return []
  const path = prefix + key
  const value = jsonAt(owner, [key])
  const field: AxisField = {
    path,
    ...fieldWords(path, describedFields(schema, owner).get(key)),
    group: groups[path.split('.')[0] ?? ''] ?? 'Run',
    ...(isPart(path) || isSchedulePath(path) ? { type: 'part', limits: {}, choices: [] } : typeOf(own)),
    value,
  }
  const inner = innerKeys(own, value).flatMap((next) => fieldsUnder(own, value, next, `${path}.`))
  return field.type === 'other' ? inner : [field, ...inner]
}

/** Keys behind which there are fields: of an object its own, of a list of objects their places. */
function innerKeys(schema: z.core.$ZodType, value: Json | undefined): string[] {
  if (Array.isArray(value)) return value.some(isObject) ? value.map((_, i) => String(i)) : []
  if (!isObject(value)) return []
  const tag = tagOf(schema)?.field
  // Of a profile, whose tag is its shape, the bare name says as much.
  return Object.keys(shapeOf(schema, value)).filter((key) => key !== tag || key === 'kind')
}

/** The schema of what stands at a path of a spec; undefined where the spec has no such field. */
export function schemaAt(spec: JsonObject, path: string): z.core.$ZodType | undefined {
  const [first = ''] = path.split('.')
  if (notVaried.has(first)) return undefined
  let schema: z.core.$ZodType | undefined = runSpec
  let value: Json | undefined = spec
  for (const key of path.split('.')) {
    if (schema === undefined) return undefined
    schema = schemaBehind(schema, value, key)
    value = jsonAt(value, [key])
  }
  return schema
}

/**
 * A copy of a spec with another value at a path, which must be one of its fields. Another `kind` keeps the fields that both
 * kinds have, and of a schedule its highest rate; another form of the budget takes the place of the one there was.
 */
export function setAt(spec: JsonObject, path: string, value: Json): JsonObject {
  const keys = path.split('.')
  const owner = keys.slice(0, -1)
  const key = keys.at(-1) ?? ''
  const before = jsonAt(spec, owner)
  if (path === 'budget.steps' || path === 'budget.epochs') return { ...spec, budget: { [key]: value } }
  if (key === 'kind' && isObject(before) && before.kind !== value) {
    return asObject(withJsonAt(spec, owner, ofKind(spec, owner, before, value)))
  }
  return asObject(withJsonAt(spec, keys, value))
}

function ofKind(spec: JsonObject, owner: readonly string[], before: JsonObject, kind: Json): JsonObject {
  const bare = { kind }
  const schema = schemaAt(spec, owner.join('.'))
  if (schema === undefined) return bare
  const shape = shapeOf(schema, bare)
  const kept = Object.entries(before).filter(([key, value]) => {
    const rule = shape[key]
    return key !== 'kind' && rule !== undefined && brokenRule(rule, value) === undefined
  })
  const start = typeof kind === 'string' && isSchedulePath(owner.join('.')) ? startOf(kind, before) : {}
  return { ...start, ...Object.fromEntries(kept), ...bare }
}

/** What a schedule of another kind starts from, with the highest rate of the one before. */
function startOf(kind: string, before: JsonObject): JsonObject {
  const family = findFamily(kind)
  const peak = findFamily(String(before.kind))?.peak?.field
  const rate = peak === undefined ? undefined : before[peak]
  if (family === undefined) return {}
  return {
    ...asJsonObject(family.start),
    ...(family.peak !== undefined && rate !== undefined && { [family.peak.field]: rate }),
  }
}

/** @throws UserError for a path that no such spec has: names the axis, and what may be meant */
export function unknownPath(path: string, base: JsonObject): Error {
  const [first = ''] = path.split('.')
  if (notVaried.has(first)) {
    return refusal(`axis ${path}`, 'this is not varied by a study', path, 'leave it out')
  }
  const fields = fieldsIn(base)
  const paths = fields.map((field) => field.path)
  const nearby = paths.filter((known) => known.startsWith(`${first}.`))
  const owner = path.split('.').slice(0, -1).join('.')
  const siblings = paths.filter((known) => known.split('.').slice(0, -1).join('.') === owner)
  const meant = siblings.length > 0 ? siblings : paths
  const known = nearby.length > 0 ? nearby : [...new Set(paths.map((name) => name.split('.')[0] ?? ''))]
  const kind = jsonAt(base, [first, 'kind'])
  const what = typeof kind === 'string' ? `a run spec whose ${first} is ${kind}` : 'a run spec'
  return refusal(
    `axis ${path}`,
    `${what} has no such field${nearestOf(path, meant)}`,
    path,
    `choose one of ${known.join(', ')}`,
  )
}

/** By the last part of the path where it is one of its owner's fields that is misspelt. */
function nearestOf(path: string, known: readonly string[]): string {
  const last = (text: string): string => text.split('.').at(-1) ?? text
  const meant = known.filter((name) => didYouMean(last(path), [last(name)]) !== '')
  return meant.length === 0 ? didYouMean(path, known) : didYouMean(path, meant)
}

/** The rule that a value breaks by itself, whatever the rest of the spec is; undefined where it breaks none. */
export function brokenRule(schema: z.core.$ZodType, value: Json): string | undefined {
  const problem = problemIn(schema, value)
  if (problem === undefined) return undefined
  return problem.path === '' ? problem.rule : `${problem.path}: ${problem.rule}`
}

const asObject = (value: Json): JsonObject => {
  if (!isObject(value)) throw new Error('a run spec is an object')
  return value
}
