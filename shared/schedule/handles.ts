import { rateText } from '../numberText.ts'
import { type Unit, unitSteps } from './clock.ts'
import { percent, plural } from './words.ts'

/*
 * The parameters of a schedule that can be dragged in a drawing of it: rates up and down on the curve, times to and fro on
 * its axis. Each family says where its parameters stand; what follows turns a place into a value and back.
 */

export type SpecPath = readonly (string | number)[]

/** Where a schedule stands in the run, in steps, and in its spec. */
export interface HandlePlace {
  readonly path: SpecPath
  readonly start: number
  /** What its profiles stretch over. */
  readonly horizon: number
  readonly stepsPerEpoch: number
  readonly totalSteps: number
  /** A factor of a chain, whose rates are not those of the curve. */
  readonly isFactor: boolean
  /** The planned rate of the whole schedule by step, anywhere within the run. */
  rateAt(step: number): number
  /** Which part of the composed schedule at this path is open for editing. */
  openPart(path: SpecPath): number
}

/** One parameter to be dragged. */
export interface Handle {
  /** Of the parameter in the run spec; with the label it tells handles apart. */
  readonly path: SpecPath
  readonly label: string
  readonly axis: 'rate' | 'time'
  readonly step: number
  /** Where a handle on the rate axis stands. */
  readonly rate: number
  readonly value: number
  readonly least: number
  readonly most: number
  /** The value in words, rounded, with its unit. */
  readonly text: string
  /** The value that puts the handle there: at a rate, or at a step. */
  valueFor(place: number): number
  /** A key's worth further: 1 up or right, -1 down or left. */
  nudge(direction: 1 | -1, large: boolean): number
  readonly isOfFactor: boolean
}

/** Longer lists of times or rates are edited as text. */
export const mostOfAList = 8

/** The least value of rates that may not be 0. */
export const aboveZero = 1e-12

/** A schedule inside of the one at `place`, `offset` steps later. */
export const inside = (place: HandlePlace, path: SpecPath, offset: number, horizon: number): HandlePlace => ({
  ...place,
  path: [...place.path, ...path],
  start: place.start + offset,
  horizon,
})

/** The rate of the whole schedule where this one begins. */
export const firstRate = ({ rateAt, start, totalSteps }: HandlePlace): number =>
  rateAt(Math.min(totalSteps - 1, Math.round(start)))

const pathOf = (key: string | SpecPath): SpecPath => (typeof key === 'string' ? [key] : key)
const clamp = (value: number, least: number, most: number): number => Math.min(most, Math.max(least, value))
const digits = (value: number, count: number): number => Number(value.toPrecision(count))

interface RateMeasure {
  /** How the value and the rate of the curve are converted, where they are not the same. */
  readonly toRate?: (value: number) => number
  readonly fromRate?: (rate: number) => number
  readonly least?: number
  readonly most?: number
}
const asItIs = (value: number): number => value

/** The rate of the curve is `factor` times the value. */
export const scaled = (factor: number): RateMeasure => ({
  toRate: (value) => value * factor,
  fromRate: (rate) => rate / factor,
})

/** A parameter that stands on the rate axis: two digits when dragged, a twentieth of a decade by key. */
export function rateHandle(
  place: HandlePlace,
  key: string | SpecPath,
  label: string,
  value: number,
  step: number,
  { toRate = asItIs, fromRate = asItIs, least = 0, most = 1e6 }: RateMeasure = {},
): Handle {
  const rate = toRate(value)
  const held = (wanted: number, count: number): number =>
    clamp(digits(fromRate(Math.max(0, wanted)), count), least, most)
  return {
    path: [...place.path, ...pathOf(key)],
    label,
    axis: 'rate',
    step,
    rate,
    value,
    least,
    most,
    text: value === rate ? `rate ${rateText(rate)}` : `rate ${rateText(rate)} (${rateText(value)})`,
    valueFor: (wanted) => held(wanted, 2),
    nudge(direction, large) {
      if (rate === 0) return direction > 0 ? held(1e-6, 2) : value
      const next = held(rate * 10 ** (direction * (large ? 1 / 4 : 1 / 20)), 2)
      // Two digits may be too few for so small a step.
      return next === value ? held(rate * (1 + direction * 0.02), 3) : next
    },
    isOfFactor: place.isFactor,
  }
}

interface TimeMeasure {
  /** The step at which the value is 0, and the steps that one of it lasts. */
  readonly origin: number
  readonly unit: number
  readonly least?: number
  readonly most?: number
  readonly quantum?: number
  readonly level?: number
}

/** A parameter that stands on the time axis, moved by round amounts. */
export function timeHandle(
  place: HandlePlace,
  key: string | SpecPath,
  label: string,
  value: number,
  measure: TimeMeasure,
): Handle {
  const { origin, unit, most = 1e9 } = measure
  const quantum = measure.quantum ?? quantumOf(place.totalSteps / unit, unit)
  const least = measure.least ?? (most === 1 ? 0 : quantum)
  const round = (wanted: number): number =>
    clamp(digits(Math.round(wanted / quantum) * quantum, 12), least, most)
  return {
    path: [...place.path, ...pathOf(key)],
    label,
    axis: 'time',
    step: origin + value * unit,
    rate: measure.level ?? 0,
    value,
    least,
    most: Math.min(most, Math.max(value, (place.totalSteps - origin) / unit)),
    text: timeText(value, unit, most, place),
    valueFor: (step) => round((step - origin) / unit),
    nudge: (direction, large) => round(value + direction * quantum * (large ? 10 : 1)),
    isOfFactor: place.isFactor,
  }
}

/** A round hundredth of what the axis spans; whole steps at least. */
function quantumOf(span: number, unit: number): number {
  const round = 10 ** Math.floor(Math.log10(Math.max(span, 1e-6) / 100) + 1e-9)
  return unit === 1 ? Math.max(1, round) : round
}

/** "1.5 epochs", "400 steps", "30 % of the budget", "2 times as long". */
function timeText(value: number, unit: number, most: number, place: HandlePlace): string {
  const shown = digits(value, 4)
  if (unit === 1) return plural(shown, 'step')
  if (unit === place.horizon) return plural(shown, 'budget')
  if (most === 1) return `${percent(shown)} of the length`
  if (unit === place.stepsPerEpoch) return plural(shown, 'epoch')
  return `${shown}`
}

/** The first times of a list that the schedule keeps in its spec. @param inOrder whether each must stay behind the last */
export function listOfTimes(
  place: HandlePlace,
  { unit, key, label, inOrder }: { unit: Unit; key: string; label: string; inOrder: boolean },
  times: readonly number[],
): Handle[] {
  return times.slice(0, mostOfAList).map((time, i) =>
    timeHandle(place, [key, i], `${label} ${i + 1}`, time, {
      origin: place.start,
      unit: unitSteps(unit, place),
      least: 0,
      ...(inOrder && { least: times[i - 1] ?? 0, most: times[i + 1] ?? 1e9 }),
    }),
  )
}
