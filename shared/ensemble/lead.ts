import type { Probs } from './index.ts'

/* How far ahead a class is in a sum of rows: a lead larger than what is still to come decides. */

/** More than sums of probabilities lose in their last digits. */
export const rounding = 1e-9

/** Adds `weight` times the row that begins at `start`. */
export function addRow(sum: Float64Array, probs: Probs, start: number, weight: number): void {
  for (let c = 0; c < sum.length; c++) sum[c] = (sum[c] ?? 0) + weight * (probs[start + c] ?? Number.NaN)
}

/**
 * By how much the label is ahead of every other class (above 0: it is the argmax, where the lowest index wins a tie), or
 * how far it is behind the largest (0 or below, NaN).
 */
export function leadOf(sum: Float64Array, label: number): number {
  const own = sum[label] ?? Number.NaN
  let before = Number.NEGATIVE_INFINITY
  let after = Number.NEGATIVE_INFINITY
  for (let c = 0; c < label; c++) {
    const value = sum[c] ?? Number.NaN
    if (value > before) before = value
  }
  for (let c = label + 1; c < sum.length; c++) {
    const value = sum[c] ?? Number.NaN
    if (value > after) after = value
  }
  if (own > before && own === after) return Number.MIN_VALUE
  return own - (before > after ? before : after)
}
