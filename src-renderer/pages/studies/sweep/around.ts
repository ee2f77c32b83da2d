import type { Limits } from '../../../../shared/study/schemaWalk.ts'
import { endsOf, type SettingValue, type SweepAxis } from './axes.ts'

/**
 * Values to try next around the best of a numeric axis: half-way to its neighbours, by factors on a log axis, and where it
 * is the last on a side, one step further out. What the field does not allow is not proposed. Rounded to three digits, whole where all values are; none that is there
 * already. Empty for an axis of other things than numbers.
 */
export function aroundBest(
  { values, scale }: SweepAxis,
  best: SettingValue | undefined,
  limits: Limits = {},
): number[] {
  const numbers = values.filter((value) => typeof value === 'number')
  if (scale === 'categories' || typeof best !== 'number' || numbers.length < 2) return []
  const place = numbers.indexOf(best)
  const lower = numbers[place - 1] ?? beyond(best, numbers[place + 1] ?? best, scale)
  const upper = numbers[place + 1] ?? beyond(best, numbers[place - 1] ?? best, scale)
  const isWhole = numbers.every(Number.isInteger)
  const found = [lower, middle(lower, best, scale), middle(best, upper, scale), upper]
    .map((value) => (isWhole ? Math.round(value) : Number(value.toPrecision(3))))
    .filter((value) => !numbers.includes(value) && isInside(value, values, scale) && isAllowed(value, limits))
  return [...new Set(found)]
}

/** As far from the best on one side as its neighbour on the other. */
const beyond = (best: number, neighbour: number, scale: SweepAxis['scale']): number =>
  scale === 'log' ? (best * best) / neighbour : 2 * best - neighbour

const middle = (a: number, b: number, scale: SweepAxis['scale']): number =>
  scale === 'log' ? Math.sqrt(a * b) : (a + b) / 2

/** A field whose values are all of one sign keeps it: no negative weight decay is proposed. */
function isInside(value: number, values: readonly SettingValue[], scale: SweepAxis['scale']): boolean {
  if (!Number.isFinite(value) || (scale === 'log' && value <= 0)) return false
  return endsOf(values)[0] < 0 || value >= 0
}

const isAllowed = (value: number, { least, most, above, below }: Limits): boolean =>
  value >= (least ?? Number.NEGATIVE_INFINITY) &&
  value <= (most ?? Number.POSITIVE_INFINITY) &&
  value > (above ?? Number.NEGATIVE_INFINITY) &&
  value < (below ?? Number.POSITIVE_INFINITY)
