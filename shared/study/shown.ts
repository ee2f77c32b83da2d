import canonicalize from 'canonicalize'
import { percentText, rateText } from '../numberText.ts'
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

/** Values whose labels are all different: to equal ones the highest rate is added, or the place in the list. */
export function withDistinctLabels(values: readonly AxisValue[]): AxisValue[] {
  const placed = distinct(distinct(values, peakText), (_, place) => `(${place + 1})`)
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
  more: (value: Json, place: number) => string | undefined,
): AxisValue[] {
  const count = new Map<Shown, number>()
  for (const { shown } of values) count.set(shown, (count.get(shown) ?? 0) + 1)
  return values.map(({ value, shown }, place) => {
    const added = (count.get(shown) ?? 0) > 1 ? more(value, place) : undefined
    return { value, shown: added === undefined ? shown : `${shown} ${added}` }
  })
}

function peakText(value: Json): string | undefined {
  const { data } = scheduleSpec.safeParse(value)
  const peak = data === undefined ? undefined : writtenPeak(data)
  return peak === undefined ? undefined : rateText(peak)
}
