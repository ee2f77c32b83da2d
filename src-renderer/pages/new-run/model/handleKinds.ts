import { rate as rateText } from '../../../format/format.ts'
import { unitText } from './fields.ts'
import type { Path } from './tree.ts'

/** Where a schedule of the spec lies in the run, in steps. */
export interface Place {
  readonly path: Path
  readonly start: number
  /** What its profiles stretch over. */
  readonly horizon: number
  readonly stepsPerEpoch: number
  readonly totalSteps: number
  /** A factor of a chain, whose rates are not those of the curve. */
  readonly isFactor: boolean
}

/** One parameter to be dragged. */
export interface Handle {
  /** Of the parameter in the run spec; with the label it tells handles apart. */
  readonly path: Path
  readonly label: string
  readonly axis: 'rate' | 'time'
  readonly step: number
  /** Where a handle on the rate axis stands. */
  readonly rate: number
  readonly value: number
  readonly least: number
  readonly most: number
  /** The value in words, with its unit. */
  readonly text: string
  /** The value that puts the handle there: at a rate, or at a step. */
  valueFor(place: number): number
  /** A key's worth further: 1 up or right, -1 down or left. */
  nudge(direction: 1 | -1, large: boolean): number
  readonly isOfFactor: boolean
}

export function unitSteps(
  unit: 'step' | 'epoch' | 'budget',
  { stepsPerEpoch, horizon }: Pick<Place, 'stepsPerEpoch' | 'horizon'>,
): number {
  if (unit === 'step') return 1
  return unit === 'epoch' ? stepsPerEpoch : horizon
}

const pathOf = (key: string | Path): Path => (typeof key === 'string' ? [key] : key)
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

/** A parameter that stands on the rate axis: two digits when dragged, a twentieth of a decade by key. */
export function rateHandle(
  place: Place,
  key: string | Path,
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

interface Measure {
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
  place: Place,
  key: string | Path,
  label: string,
  value: number,
  measure: Measure,
): Handle {
  const { origin, unit, most = 1e9 } = measure
  const quantum = measure.quantum ?? quantumOf(place.totalSteps / unit, unit)
  const least = measure.least ?? (most === 1 ? 0 : quantum)
  const round = (wanted: number): number =>
    clamp(digits(Math.round(wanted / quantum) * quantum, 12), least, most)
  const path = [...place.path, ...pathOf(key)]
  return {
    path,
    label,
    axis: 'time',
    step: origin + value * unit,
    rate: measure.level ?? 0,
    value,
    least,
    most: Math.min(most, Math.max(value, (place.totalSteps - origin) / unit)),
    text: timeText(value, unit, place),
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

function timeText(value: number, unit: number, { stepsPerEpoch, horizon }: Place): string {
  const shown = digits(value, 6)
  if (unit === 1) return `${shown} ${unitText('time', 'step')}`
  if (unit === stepsPerEpoch) return `${shown} ${unitText('time', 'epoch')}`
  return unit === horizon ? `${shown} ${unitText('time', 'budget')}` : `${shown}`
}
