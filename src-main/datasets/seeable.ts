import type { Values } from './meta.ts'

/**
 * Eight bits of each number. What has more (16-bit images) is stretched from its darkest to its brightest number: such
 * images often use a small part of their range, and would be seen as black.
 */
export function toSeeable(values: Values): Uint8Array {
  if (values instanceof Uint8Array) return values
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (const value of values) {
    if (value < low) low = value
    if (value > high) high = value
  }
  return Uint8Array.from(values, (value) => Math.round((255 * (value - low)) / (high - low || 1)))
}
