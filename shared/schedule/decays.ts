import { z } from 'zod'
import { percentText } from '../numberText.ts'
import { type Clock, makeClock, snap, timedByBudget, type Unit, type Update, unitSteps } from './clock.ts'
import { type Profile, profileCurve, profileText } from './curves.ts'
import { type FamilyCode, type Place, writeClock } from './export/place.ts'
import { between, steps } from './export/python.ts'
import { writeCurve } from './export/writeCurve.ts'
import { described } from './fieldMeta.ts'
import { type Endpoint, endpointField, length, rate, rateField, showRate, timed } from './fields.ts'
import { type Handle, type HandlePlace, rateHandle, timeHandle } from './handles.ts'
import { clamp01 } from './restarts.ts'
import { type Context, rangeOf, type Track } from './track.ts'
import { percent, plural } from './words.ts'

/*
 * What the decaying families have in common: from lrStart to lrEnd over `length` (default: the whole budget), as
 * lrEnd + (lrStart - lrEnd)·p(u). `delay` holds lrStart for that fraction of the length, then the profile runs over what
 * is left ("linear with delay 25 %" of the budgeted-training papers). After the length the rate stays, unless a cosine is
 * told to mirror.
 */

export const decayFields = {
  lrStart: rateField('First rate', 'first'),
  lrEnd: described(rate.default(0), { label: 'Last rate', unit: 'rate', takes: 'last' }),
  length: described(length.optional(), { label: 'Length', unit: 'time', empty: 'whole budget' }),
  delay: described(z.number().min(0).max(1).default(0), {
    label: 'Delay',
    unit: 'length',
    help: 'Part of the length for which the first rate is held.',
  }),
  endpoint: endpointField,
  ...timed,
}

/** A decay's span in time. */
export interface DecayTimes {
  length?: number | undefined
  delay: number
  endpoint: Endpoint
  unit: Unit
  update: Update
}

/** A decay as the families' specs have it. */
export interface Decay extends DecayTimes {
  kind: string
  lrStart: number
  lrEnd: number
}

/** The highest rate of a decay, which may rise. */
export const decayPeak = {
  field: 'lrStart',
  of: ({ lrStart, lrEnd }: Decay): number => Math.max(lrStart, lrEnd),
}

/** A decay along `profile`. */
export function compileDecay(spec: Decay, profile: Profile, context: Context): Track {
  const curve = profileCurve(profile)
  const u = decayProgress(spec, false, context)
  return {
    lr: (step) => spec.lrEnd + (spec.lrStart - spec.lrEnd) * curve(u(step)),
    range: () => rangeOf(spec.lrStart, spec.lrEnd),
  }
}

/** @param runOn whether the progress goes on past 1 after the length */
export function writeDecay(spec: Decay, profile: Profile, place: Place, runOn = false): FamilyCode {
  const value = between(spec.lrEnd, spec.lrStart, writeCurve(profile, 'u'))
  return { rate: [...writeDecayProgress(spec, runOn, place), `return ${value}`] }
}

/** Progress u by step: in [0, 1], or past 1 where the curve is periodic and may `runOn`. */
export function decayProgress(spec: DecayTimes, runOn: boolean, context: Context): (step: number) => number {
  const clock = makeClock(spec.update, context)
  const { held, span } = decaySpan(spec, clock, context)
  return (step) => {
    const position = clock.position(step)
    if (position < held || span <= 0) return 0
    const u = (position - held) / span
    return runOn ? u : clamp01(u)
  }
}

/** Lines of Python that leave the progress of a decay in `u`. */
export function writeDecayProgress(spec: DecayTimes, runOn: boolean, place: Place): string[] {
  const { held, span } = decaySpan(spec, makeClock(spec.update, place.context), place.context)
  if (span <= 0) return ['u = 0.0']
  const { lines, position } = writeClock(spec.update, place)
  const since = held === 0 ? position : `max(0.0, ${position} - ${steps(held)})`
  const u = `${since} / ${steps(span)}`
  // A whole step of margin: rounding must not carry u past 1.
  const ends = place.limit > held + span && !runOn
  return [...lines, ends ? `u = min(1.0, ${u})` : `u = ${u}`]
}

/** How many steps the first rate is held, and how many the decay then takes. */
function decaySpan(spec: DecayTimes, clock: Clock, context: Context): { held: number; span: number } {
  const steps =
    spec.length === undefined ? context.horizon : snap(spec.length * unitSteps(spec.unit, context))
  const held = spec.delay * steps
  return { held, span: lastPosition(spec.endpoint, steps, clock) - held }
}

function lastPosition(endpoint: Endpoint, steps: number, clock: Clock): number {
  if (endpoint === 'exclusive') return steps
  return endpoint === 'inclusive' ? steps - 1 : clock.position(Math.ceil(steps) - 1)
}

/** "Cosine", "REX, delay 50 %". */
export const decayLabel = (name: string, { delay }: DecayTimes): string =>
  delay > 0 ? `${name}, delay ${percentText(delay, 0)}` : name

/** "cosine decay from 0.1 to 0 over 10 epochs and held after them". @param steps of the run */
export function decaySummary(spec: Decay, profile: Profile, context: Context, steps: number): string {
  return decayWords(profileText(profile), spec, steps / unitSteps(spec.unit, context))
}

/** @param run how long the run is, in the spec's unit */
export function decayWords(profile: string, spec: Decay, run: number, mirrors = false): string {
  const verb = spec.lrEnd > spec.lrStart ? 'rise' : 'decay'
  // An exponential never arrives.
  const to = spec.kind === 'exponentialDecay' ? 'towards' : 'to'
  const held = spec.delay > 0 ? `, held for the first ${percent(spec.delay)}` : ''
  return `${profile} ${verb} from ${showRate(spec.lrStart)} ${to} ${showRate(spec.lrEnd)}${lengthText(spec, mirrors, run)}${held}`
}

function lengthText({ length, unit }: DecayTimes, mirrors: boolean, run: number): string {
  if (length === undefined) return ''
  const over = ` over ${plural(length, unit)}`
  if (snap(length) === snap(run)) return over
  if (length > run) return `${over}, of which only the first ${percent(run / length)} are run`
  return mirrors ? `${over}, then back and forth` : `${over} and held after them`
}

/** @param least of the rates, for curves that never get to 0 */
export function decayHandles(spec: Decay, place: HandlePlace, least = 0): Handle[] {
  const unit = unitSteps(spec.unit, place)
  const steps = spec.length === undefined ? place.horizon : spec.length * unit
  const { start } = place
  return [
    rateHandle(place, 'lrStart', 'First rate', spec.lrStart, start, { least }),
    rateHandle(place, 'lrEnd', 'Last rate', spec.lrEnd, start + steps - 1, { least }),
    timeHandle(place, 'delay', 'End of the delay', spec.delay, { origin: start, unit: steps, most: 1 }),
    ...(spec.length === undefined
      ? []
      : [timeHandle(place, 'length', 'End of the decay', spec.length, { origin: start, unit })]),
  ]
}

/** A decay of a length of its own is over when that has passed, whatever the budget. */
export const decayReadsBudget = (spec: DecayTimes): boolean =>
  spec.length === undefined || timedByBudget(spec)
