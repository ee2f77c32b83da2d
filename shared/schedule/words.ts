import { countText, percentText, rateText, thin } from '../numberText.ts'
import type { Unit } from './clock.ts'
import { showRate } from './fields.ts'

/** "3 epochs", "1 step", "50 % of the budget". */
export function plural(count: number, unit: string): string {
  return unit === 'budget' ? percentOfBudget([count]) : `${showCount(count)} ${unit}${count === 1 ? '' : 's'}`
}

/** "30, 60 and 80 epochs", "50 % and 75 % of the budget"; a long list is cut in its middle. */
export function pluralList(counts: readonly number[], unit: string): string {
  if (unit === 'budget') return percentOfBudget(counts)
  const [only] = counts
  return counts.length === 1 && only !== undefined
    ? plural(only, unit)
    : `${listed(counts.map(showCount))} ${unit}s`
}

const percentOfBudget = (parts: readonly number[]): string => `${listed(parts.map(percent))} of the budget`

/** "5 %", at most three digits. */
export const percent = (part: number): string => `${Number((100 * part).toPrecision(3))} %`

/** "a, b and c"; of more than eight the first six and the last. */
export function listed(items: readonly string[]): string {
  const shown = items.length <= 8 ? items : [...items.slice(0, 6), '…', ...items.slice(-1)]
  if (shown.length <= 1) return shown.join('')
  return `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`
}

/** Numbers of at most two decimals in full, others to four digits. */
export function showCount(count: number): string {
  return hasFewDecimals(count) ? String(Math.round(100 * count) / 100) : showRate(count)
}

/** At most two decimals, but for rounding. */
export function hasFewDecimals(value: number): boolean {
  return Math.abs(100 * value - Math.round(100 * value)) <= 1e-9 * Math.max(1, 100 * value)
}

/** A length in the unit of its schedule, as short as a label has it: "10" epochs, "400 st", "50 %" of the budget. */
export function shortLength(value: number, unit: Unit): string {
  if (unit === 'budget') return percentText(value, 0)
  return unit === 'step' ? `${countText(value)}${thin}st` : rateText(value)
}

/** The first three, and that there are more. */
export function firstOf(parts: readonly string[], between = '-'): string {
  return parts.length <= 3 ? parts.join(between) : `${parts.slice(0, 3).join(between)}${between}…`
}
