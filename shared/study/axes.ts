import type { RunSpec } from '../run/spec.ts'
import { findPreset, scheduleSpec } from '../schedule/index.ts'
import type { StudyHost } from './host.ts'
import { asJsonObject, isObject, type Json, type JsonObject } from './json.ts'
import { brokenRule, isSchedulePath, schemaAt, setAt, unknownPath } from './paths.ts'
import { adviceOf, reasonOf, refusal } from './refusal.ts'
import { typeOf } from './schemaWalk.ts'
import { type AxisValue, canonical, shownOf, withDistinctLabels } from './shown.ts'
import type { StudyAxis } from './spec.ts'

/*
 * From an axis as it was written to the values that it has: presets and stored runs become schedules, ranges are checked, and
 * every value is held against the rules of its field before any combination is made of them.
 */

/** An axis with the values it was given, or a range between whose ends values lie. */
export type Axis = ListedAxis | RangeAxis
export interface ListedAxis {
  readonly path: string
  readonly values: readonly AxisValue[]
}
export interface RangeAxis {
  readonly path: string
  readonly range: Extract<StudyAxis['values'], { scale: string }>
  readonly isWhole: boolean
}

/** @throws UserError naming axis, rule and value */
export async function resolveAxes(
  axes: readonly StudyAxis[],
  base: RunSpec,
  host: StudyHost,
): Promise<readonly Axis[]> {
  const twice = axes.find(({ path }, i) => axes.findIndex((axis) => axis.path === path) < i)
  if (twice !== undefined) {
    throw refusal(`axis ${twice.path}`, 'must be there once', twice.path, 'put its values into one axis')
  }
  const written: { path: string; values: AxisValue[] | RangeAxis['range'] }[] = []
  for (const { path, values } of axes) {
    written.push({ path, values: Array.isArray(values) ? await readValues(path, values, host) : values })
  }
  return written.map(({ path, values }) => {
    const bases = basesFor(path, base, written)
    if (!Array.isArray(values)) return checkRange(path, values, bases)
    checkValues(path, values, bases)
    return { path, values: withDistinctLabels(values) }
  })
}

/**
 * The axes as a study keeps them: schedules of stored runs are written out, since the runs may be deleted while the study
 * goes on.
 */
export const keptAxes = (written: readonly StudyAxis[], resolved: readonly Axis[]): StudyAxis[] =>
  written.map((axis) => {
    const { path, values } = axis
    const own = resolved.find((one) => one.path === path)
    if (!Array.isArray(values) || own === undefined || !('values' in own)) return axis
    return {
      path,
      values: values.map((value, i) => (isOfRun(value) ? withSchedule(own.values[i], value) : value)),
    }
  })

const isOfRun = (value: Json): boolean =>
  isObject(value) && ('run' in value || ('value' in value && isOfRun(value.value ?? null)))

const withSchedule = (read: AxisValue | undefined, value: Json): Json =>
  read === undefined ? value : { label: String(read.shown), value: read.value }

/** Values with their names, presets and runs replaced by the schedules they stand for. */
async function readValues(path: string, values: readonly Json[], host: StudyHost): Promise<AxisValue[]> {
  const read: AxisValue[] = []
  for (const value of values) read.push(await readValue(path, value, host))
  return read
}

async function readValue(path: string, written: Json, host: StudyHost): Promise<AxisValue> {
  const isNamed = isObject(written) && typeof written.label === 'string' && 'value' in written
  const value = isNamed ? (written.value ?? null) : written
  const read = isSchedulePath(path) ? await readSchedule(path, value, host) : readPart(path, value)
  return isNamed ? { ...read, shown: String(written.label) } : read
}

/** A schedule as a spec, {"preset": id}, {"run": id} or the bare id of a preset. */
async function readSchedule(path: string, value: Json, host: StudyHost): Promise<AxisValue> {
  try {
    if (typeof value === 'string') return presetValue(value)
    if (isObject(value) && typeof value.preset === 'string') return presetValue(value.preset)
    if (isObject(value) && typeof value.run === 'string') {
      const schedule = asJsonObject(scheduleSpec.parse(await host.scheduleOf(value.run)))
      return { value: schedule, shown: shownOf(path, schedule) }
    }
  } catch (error) {
    throw refusal(`axis ${path}`, reasonOf(error), value, adviceOf(error) ?? 'write the schedule itself')
  }
  return { value: withDefaults(value), shown: shownOf(path, value) }
}

function presetValue(id: string): AxisValue {
  const { spec, name } = findPreset(id)
  return { value: asJsonObject(spec), shown: name }
}

/** The same schedule is the same value, whether its defaults are written or not. */
function withDefaults(value: Json): Json {
  const { data } = scheduleSpec.safeParse(value)
  return data === undefined ? value : asJsonObject(data)
}

/** The bare name of a kind stands for that kind with all else as usual. */
function readPart(path: string, value: Json): AxisValue {
  const isKind = typeof value === 'string' && (path === 'optimizer' || path === 'model')
  const part = isKind ? { kind: value } : value
  return { value: part, shown: shownOf(path, part) }
}

/**
 * The bases in which the field of an axis may stand: the study's own, and it with each value of the axes that change what
 * fields there are.
 */
function basesFor(
  path: string,
  base: RunSpec,
  axes: readonly { path: string; values: AxisValue[] | RangeAxis['range'] }[],
): readonly JsonObject[] {
  const bases = [asJsonObject(base)]
  for (const axis of axes) {
    if (axis.path === path || !decidesOver(axis.path, path) || !Array.isArray(axis.values)) continue
    const having = bases.filter((one) => schemaAt(one, axis.path) !== undefined)
    for (const { value } of axis.values) bases.push(...having.map((one) => setAt(one, axis.path, value)))
  }
  return bases
}

/** Whether a value at `owner` decides which fields there are at `path`: it is the part around it, or that part's kind. */
function decidesOver(owner: string, path: string): boolean {
  const part = owner.endsWith('.kind') ? owner.slice(0, -'.kind'.length) : owner
  return path.startsWith(`${part}.`)
}

/** The schemas that the field of an axis has in some of the bases. @throws UserError where no base has it */
function schemasOf(path: string, bases: readonly JsonObject[], base: JsonObject) {
  const schemas = [...new Set(bases.flatMap((one) => schemaAt(one, path) ?? []))]
  if (schemas.length === 0) throw unknownPath(path, base)
  return schemas
}

function checkValues(path: string, values: readonly AxisValue[], bases: readonly JsonObject[]): void {
  const schemas = schemasOf(path, bases, bases[0] ?? {})
  const seen = new Set<string>()
  for (const { value } of values) {
    const rules = schemas.map((schema) => brokenRule(schema, value))
    const [rule] = rules
    if (rule !== undefined && !rules.includes(undefined)) {
      throw refusal(`axis ${path}`, rule, value, 'change or leave out that value')
    }
    const key = canonical(value)
    if (seen.has(key))
      throw refusal(`axis ${path}`, 'each value must be there once', value, 'leave out the other')
    seen.add(key)
  }
}

function checkRange(path: string, range: RangeAxis['range'], bases: readonly JsonObject[]): RangeAxis {
  const schemas = schemasOf(path, bases, bases[0] ?? {})
  const types = schemas.map((schema) => typeOf(schema).type)
  const isNumber = types.some((type) => type === 'number' || type === 'integer')
  if (!isNumber) {
    throw refusal(`axis ${path}`, 'only a number has a range', range, 'list its values')
  }
  const { from, to, scale } = range
  if (scale === 'log' && from <= 0) {
    throw refusal(
      `axis ${path}`,
      'a range by equal factors must begin above 0',
      from,
      'begin above 0, or make it linear',
    )
  }
  if (from >= to) {
    throw refusal(
      `axis ${path}`,
      'a range must rise: from must be below to',
      range,
      `swap or change its ends`,
    )
  }
  const isWhole = !types.includes('number')
  for (const end of [from, to]) {
    const rules = schemas.map((schema) => brokenRule(schema, isWhole ? Math.round(end) : end))
    const [rule] = rules
    if (rule !== undefined && !rules.includes(undefined)) {
      throw refusal(`axis ${path}`, `both ends of a range ${rule}`, end, 'change that end')
    }
  }
  return { path, range, isWhole }
}

/** The values of an axis in a grid: a range's, evenly between its ends; whole numbers are rounded and never there twice. */
export function gridValues(axis: Axis): readonly AxisValue[] {
  if ('values' in axis) return axis.values
  const { count } = axis.range
  const values = Array.from({ length: count }, (_, i) => between(axis, i / (count - 1)))
  return [...new Set(values)].map((value) => ({ value, shown: value }))
}

/** The value at a place of a range. @param u in 0..1, from one end to the other */
export function between({ range: { from, to, scale }, isWhole }: RangeAxis, u: number): number {
  if (u <= 0) return isWhole ? Math.round(from) : from
  if (u >= 1) return isWhole ? Math.round(to) : to
  const value = scale === 'log' ? from * (to / from) ** u : from + (to - from) * u
  // So many digits tell a value from any other, and a person can write them.
  return isWhole ? Math.round(value) : Math.min(to, Math.max(from, Number(value.toPrecision(6))))
}
