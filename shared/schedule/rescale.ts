import { partPaths } from './checkRates.ts'
import type { Update } from './clock.ts'
import { fieldsOf } from './fieldMeta.ts'
import type { SpecPath } from './handles.ts'
import { isLength, scaledLength } from './scaledLength.ts'
import { familyOf, parseSchedule, type ScheduleSpec } from './spec.ts'

/*
 * A schedule over another budget. What is told in parts of the budget, or has no length of its own, follows by itself; what
 * is told in steps or epochs is made shorter by the same factor, so that the curve keeps its shape:
 *
 *   lengths and times       times the share; in steps whole, and at least one
 *   factors per time (γ)    to the power 1 / share; decays per time (k) divided by it
 *   every n steps, at steps the same as lengths; "every step" and "every epoch" stay what they say
 *   patience of a plateau   whole epochs, at least one where there was one
 *   period of a fractal     the largest power of two in it
 *   Noam, inverse √, formula  the formula itself, read at the time divided by the share
 */

/** The schedule of a run over `share` of the budget that `spec` is written for. @param share above 0, at most 1 */
export function rescaleSchedule(spec: ScheduleSpec, share: number): ScheduleSpec {
  return share === 1 ? spec : parseSchedule(rescaled(spec, share))
}

function rescaled(spec: ScheduleSpec, share: number): object {
  const family = familyOf(spec)
  const own = family.rescale?.(spec, share) ?? {}
  const whole = 'kind' in own ? own : { ...spec, ...scaledFields(spec, share), ...own }
  return withParts(spec, whole, (part) => rescaled(part, share))
}

/** Lengths and sampling rates of a spec, as the words of its fields tell them. */
function scaledFields(spec: ScheduleSpec, share: number): object {
  const unit = 'unit' in spec ? spec.unit : undefined
  const changed: Record<string, unknown> = {}
  for (const { key, meta } of fieldsOf(familyOf(spec).schema)) {
    const value: unknown = Reflect.get(spec, key)
    if (meta.unit === 'time' && isLength(value)) changed[key] = scaledLength(value, unit, share)
  }
  if ('update' in spec) changed.update = scaledUpdate(spec.update, share)
  return changed
}

function scaledUpdate(update: Update, share: number): Update {
  if (typeof update === 'string' || 'atFractions' in update) return update
  if ('every' in update) return { every: scaledLength(update.every, 'step', share) }
  return { atSteps: update.atSteps.map((step) => Math.round(step * share)) }
}

/**
 * The schedule with all its rates times a factor. Of a chain that is the rate its factors are applied to; a formula is
 * multiplied as a whole. @param factor above 0
 */
export function scaleRates(spec: ScheduleSpec, factor: number): ScheduleSpec {
  return factor === 1 ? spec : parseSchedule(withRates(spec, factor))
}

function withRates(spec: ScheduleSpec, factor: number): object {
  if (spec.kind === 'formula') return { ...spec, expression: `${factor} * (${spec.expression})` }
  if (spec.kind === 'fractal') return { ...spec, scale: neat(spec.scale * factor) }
  const times = (rate: number): number => neat(rate * factor)
  const changed: Record<string, unknown> = {}
  for (const { key, meta } of fieldsOf(familyOf(spec).schema)) {
    const value: unknown = Reflect.get(spec, key)
    if (meta.unit !== 'rate') continue
    if (isLength(value)) changed[key] = Array.isArray(value) ? value.map(times) : times(value)
  }
  const whole = { ...spec, ...changed }
  return spec.kind === 'chain' ? whole : withParts(spec, whole, (part) => withRates(part, factor))
}

/** `whole`, made of `spec`, with the schedules inside of it changed. */
function withParts(spec: ScheduleSpec, whole: object, change: (part: ScheduleSpec) => object): object {
  return partPaths(spec).reduce(
    (tree, path) => withValue(tree, path, change(parseSchedule(valueAt(spec, path)))),
    whole,
  )
}

function valueAt(tree: unknown, path: SpecPath): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
    tree,
  )
}

function withValue(tree: object, [key, ...rest]: SpecPath, value: object): object {
  if (key === undefined) return value
  const inner: unknown = Reflect.get(tree, key)
  const changed = withValue(typeof inner === 'object' && inner !== null ? inner : {}, rest, value)
  return Array.isArray(tree)
    ? tree.map((item, i) => (i === key ? changed : item))
    : { ...tree, [key]: changed }
}

/** Without the digits that multiplication leaves: 0.3 of 3 × 0.1. */
const neat = (value: number): number => Number(value.toPrecision(12))
