import type { Unit } from './clock.ts'

/** A length of time or several, as fields have them. */
export const isLength = (value: unknown): value is number | number[] =>
  typeof value === 'number' || (Array.isArray(value) && value.every((item) => typeof item === 'number'))

/**
 * A length over `share` of the budget. Parts of the budget stay; steps stay whole, and a length of some remains one; what
 * multiplication leaves behind the twelfth digit is dropped.
 */
export function scaledLength<Length extends number | number[]>(
  length: Length,
  unit: Unit | undefined,
  share: number,
): Length
export function scaledLength(length: number | number[], unit: Unit | undefined, share: number) {
  if (unit === 'budget') return length
  return Array.isArray(length) ? length.map((one) => scaled(one, unit, share)) : scaled(length, unit, share)
}

function scaled(length: number, unit: Unit | undefined, share: number): number {
  const value = Number((length * share).toPrecision(12))
  return unit === 'step' && length > 0 ? Math.max(1, Math.round(value)) : value
}
