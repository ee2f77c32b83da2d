import { UserError } from '../errors.ts'
import { partPaths, valueAt } from './checkRates.ts'
import { compileSchedule } from './compile.ts'
import { variablesOf } from './expression.ts'
import { fieldsOf, type RateRole } from './fieldMeta.ts'
import type { SpecPath } from './handles.ts'
import type { SchedulePlan } from './plan.ts'
import { findFamily, scheduleSpec } from './spec.ts'

/*
 * Where a schedule takes a highest and a lowest rate that were found for it, as by a range test. What a field is to the two
 * stands beside its schema (`takes`); here the two become values of fields.
 */

/** A schedule, or a part of a composed one, whose fields take the two rates. */
export interface RatePlace {
  readonly path: SpecPath
  /** Of its family. */
  readonly name: string
  /** Labels of the fields that take the highest, and of those that take the lowest rate, which not every kind has. */
  readonly highest: readonly string[]
  readonly lowest: readonly string[]
}

/** @param low undefined: what the schedule says of its lowest rate stays */
export interface FoundRates {
  readonly high: number
  readonly low?: number | undefined
}

/** A field and what is to stand in it. */
export interface FieldChange {
  readonly path: SpecPath
  readonly value: number | readonly number[]
}

interface RateField {
  readonly key: string
  readonly label: string
  readonly role: RateRole
}

/**
 * The places of a schedule, valid or not: none for one without rates to set, one for most, one a part for a sequence. A
 * chain takes the rate itself, its factors are multiples of that; behind a warm-up it is the schedule there that does.
 */
export function ratePlaces(tree: unknown): readonly RatePlace[] {
  const fields = rateFieldsOf(tree)
  const labels = (...roles: readonly RateRole[]): readonly string[] =>
    fields.flatMap(({ label, role }) => (roles.includes(role) ? [label] : []))
  const highest = labels('highest', 'scale', isRising(tree) ? 'last' : 'first')
  if (highest.length === 0) {
    return partPaths(tree).flatMap((part) =>
      ratePlaces(valueAt(tree, part)).map((place) => ({ ...place, path: [...part, ...place.path] })),
    )
  }
  const lowest = labels('lowest', 'quotient', isRising(tree) ? 'first' : 'last')
  return [{ path: [], name: findFamily(kindOf(tree))?.name ?? '', highest, lowest }]
}

/**
 * What to change so that the schedule at `path` has these rates.
 * @param plan for kinds whose rates are multiples of a field: how high they come, only compiling tells
 */
export function changesForRates(
  tree: unknown,
  path: SpecPath,
  rates: FoundRates,
  plan: SchedulePlan | undefined,
): readonly FieldChange[] {
  const schedule = valueAt(tree, path)
  return rateFieldsOf(schedule).flatMap(({ key, role }) => {
    const value = valueFor(role, valueAt(schedule, [key]), rates, {
      isRising: isRising(schedule),
      peak: () => peakOf(schedule, plan),
    })
    return value === undefined ? [] : [{ path: [...path, key], value }]
  })
}

interface Around {
  readonly isRising: boolean
  readonly peak: () => number | undefined
}

function valueFor(
  role: RateRole,
  old: unknown,
  { high, low }: FoundRates,
  { isRising: rises, peak }: Around,
): FieldChange['value'] | undefined {
  switch (role) {
    case 'highest':
      return high
    case 'lowest':
      return low
    case 'first':
      return rises ? low : high
    case 'last':
      return rises ? high : low
    case 'quotient':
      return low === undefined ? undefined : rounded(high / low)
    case 'scale':
      return scaledTo(high, old, peak())
  }
}

/** The field that `old` stands in, changed as the highest rate is. What is no rate yet becomes it. */
function scaledTo(high: number, old: unknown, peak: number | undefined): FieldChange['value'] {
  if (Array.isArray(old)) {
    const values = old.filter((one) => typeof one === 'number')
    const most = Math.max(...values)
    return values.length === old.length && most > 0
      ? values.map((one) => rounded(high * (one / most)))
      : old.map(() => high)
  }
  const isKnown = typeof old === 'number' && old > 0 && peak !== undefined && peak > 0
  return isKnown ? rounded(high * (old / peak)) : high
}

const rounded = (value: number): number => Number(value.toPrecision(6))

/** The highest planned rate of a schedule over a plan, where it can be computed. */
function peakOf(tree: unknown, plan: SchedulePlan | undefined): number | undefined {
  const parsed = scheduleSpec.safeParse(tree)
  if (!parsed.success || plan === undefined) return undefined
  try {
    return compileSchedule(parsed.data, plan).range.lrMax
  } catch (error) {
    if (error instanceof UserError) return undefined
    throw error
  }
}

function rateFieldsOf(tree: unknown): readonly RateField[] {
  const family = findFamily(kindOf(tree))
  if (family === undefined) return []
  const fields = fieldsOf(family.schema).flatMap(({ key, meta: { label, takes } }): RateField[] =>
    takes === undefined ? [] : [{ key, label, role: takes }],
  )
  return family.kind === 'formula' && !namesBase(tree) ? [] : fields
}

/** A formula that does not name its base takes no rate from it. */
function namesBase(tree: unknown): boolean {
  const expression = valueAt(tree, ['expression'])
  try {
    return typeof expression === 'string' && variablesOf(expression).has('base')
  } catch (error) {
    if (error instanceof UserError) return false
    throw error
  }
}

/** A line from a low to a high rate. */
function isRising(tree: unknown): boolean {
  const [first, last] = [valueAt(tree, ['lrStart']), valueAt(tree, ['lrEnd'])]
  return typeof first === 'number' && typeof last === 'number' && first < last
}

function kindOf(tree: unknown): string {
  const kind = valueAt(tree, ['kind'])
  return typeof kind === 'string' ? kind : ''
}
