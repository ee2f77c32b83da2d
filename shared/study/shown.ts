import canonicalize from 'canonicalize'
import { exactText, percentText, rateText } from '../numberText.ts'
import { modelText } from '../run/modelText.ts'
import { optimizerText } from '../run/optimizerText.ts'
import { modelSpec, optimizerSpec } from '../run/spec.ts'
import { scheduleLabel, scheduleSpec, writtenPeak } from '../schedule/index.ts'
import { isObject, type Json } from './json.ts'
import { isSchedulePath } from './paths.ts'

/** What tables and charts show of a value. */
export type Shown = string | number | boolean | null

/** A value of an axis, and what is shown of it. */
export interface AxisValue {
  readonly value: Json
  readonly shown: Shown
}

/** The same text for the same JSON, whatever the order of its fields. */
export const canonical = (value: unknown): string => canonicalize(value) ?? 'null'

/** "SGDR 10×2" of a schedule, "Adam", "MLP 256-128"; numbers, texts and flags as they are. */
export function shownOf(path: string, value: Json): Shown {
  if (value === null || typeof value !== 'object') return value
  if (isSchedulePath(path)) return labelBy(scheduleSpec, value, scheduleLabel)
  if (path === 'optimizer') return labelBy(optimizerSpec, value, optimizerText)
  if (path === 'model') return labelBy(modelSpec, value, modelText)
  if (path === 'dataset' && isObject(value) && typeof value.name === 'string') return value.name
  if (Array.isArray(value)) return value.map((item) => String(shownOf('', item))).join('-')
  return ownWords(value) ?? canonical(value)
}

interface Schema<T> {
  safeParse(value: unknown): { readonly data?: T | undefined }
}
function labelBy<T>(schema: Schema<T>, value: Json, label: (parsed: T) => string): string {
  const { data } = schema.safeParse(value)
  return data === undefined ? canonical(value) : label(data)
}

/** Of what a profile or a sampling rate is written as. */
function ownWords(value: Json): string | undefined {
  if (!isObject(value)) return undefined
  if (typeof value.shape === 'string' && Object.keys(value).length === 1) return value.shape
  if (typeof value.every === 'number') return `every ${value.every} steps`
  if (Array.isArray(value.atFractions)) {
    return `at ${value.atFractions.map((part) => percentText(Number(part), 0)).join(', ')}`
  }
  return undefined
}

/**
 * Values whose labels are all different: to equal ones the highest rate is added, then the fields in which they differ, or
 * the place in the list.
 */
export function withDistinctLabels(values: readonly AxisValue[]): AxisValue[] {
  const told = distinct(distinct(values, peakText), (value, _, equals) => fieldsApart(value, equals))
  const placed = distinct(told, (_, place) => `(${place + 1})`)
  // Somebody may have written just what was added to another.
  const taken = new Set<string>()
  return placed.map(({ value, shown }, place) => {
    let own = shown
    while (taken.has(String(own))) own = `${own} (${place + 1})`
    taken.add(String(own))
    return { value, shown: own }
  })
}

function distinct(
  values: readonly AxisValue[],
  more: (value: Json, place: number, equals: readonly Json[]) => string | undefined,
): AxisValue[] {
  const byLabel = Map.groupBy(values, ({ shown }) => String(shown))
  return values.map(({ value, shown }, place) => {
    const equals = byLabel.get(String(shown)) ?? []
    const added =
      equals.length < 2
        ? undefined
        : more(
            value,
            place,
            equals.map((each) => each.value),
          )
    return { value, shown: added === undefined ? shown : `${shown} ${added}` }
  })
}

/** More than that is no label. */
const mostFields = 3
const longestFields = 48

/** "lrMin 0.001, t0 3": the fields in which a value differs from others; undefined where they are many or long. */
export function fieldsApart(value: Json, others: readonly Json[]): string | undefined {
  if (!isObject(value)) return undefined
  const apart = Object.keys(value).filter((field) =>
    others.some((other) => !isObject(other) || canonical(other[field]) !== canonical(value[field])),
  )
  if (apart.length === 0 || apart.length > mostFields) return undefined
  const told = apart
    .map((field) => {
      const own = value[field] ?? null
      return `${field} ${typeof own === 'number' ? exactText(own) : String(shownOf('', own))}`
    })
    .join(', ')
  return told.length > longestFields ? undefined : told
}

function peakText(value: Json): string | undefined {
  const { data } = scheduleSpec.safeParse(value)
  const peak = data === undefined ? undefined : writtenPeak(data)
  return peak === undefined ? undefined : rateText(peak)
}
