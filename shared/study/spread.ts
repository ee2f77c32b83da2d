/** Of the same run over several seeds. */
export interface Spread {
  /** NaN of no value. */
  readonly mean: number
  readonly n: number
  /** Of a sample (divided by n - 1); null for fewer than two values. */
  readonly standardDeviation: number | null
  /** Of the mean: standard deviation / √n; null for fewer than two values. */
  readonly standardError: number | null
}

/** Of no value: what a table has before the first. */
export const noSpread: Spread = { n: 0, mean: Number.NaN, standardDeviation: null, standardError: null }

/** Null where there is no value. */
export function spreadOf(values: readonly number[]): Spread | null {
  const n = values.length
  if (n === 0) return null
  const mean = values.reduce((sum, value) => sum + value, 0) / n
  if (n === 1) return { mean, n, standardDeviation: null, standardError: null }
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  const standardDeviation = Math.sqrt(squares / (n - 1))
  return { mean, n, standardDeviation, standardError: standardDeviation / Math.sqrt(n) }
}

/**
 * first, second: that mean is better by more than the standard error of the difference. same: they differ by no more than
 * that, which is no difference. unknown: one of them is of a single run, and nobody can say how sure it is.
 */
export type Verdict = 'first' | 'second' | 'same' | 'unknown'

export interface Difference {
  /** Of the means, first less second. */
  readonly difference: number
  /** √(of the first² + of the second²); null where one is of a single run. */
  readonly standardError: number | null
  readonly verdict: Verdict
}

/** But for the last bits of either. */
export const isWithinError = (difference: number, standardError: number): boolean =>
  Math.abs(difference) <= standardError * (1 + 1e-9)

export function differenceOf(first: Spread, second: Spread, higherIsBetter: boolean): Difference {
  const difference = first.mean - second.mean
  if (first.standardError === null || second.standardError === null) {
    return { difference, standardError: null, verdict: difference === 0 ? 'same' : 'unknown' }
  }
  const standardError = Math.hypot(first.standardError, second.standardError)
  if (isWithinError(difference, standardError)) return { difference, standardError, verdict: 'same' }
  return { difference, standardError, verdict: difference > 0 === higherIsBetter ? 'first' : 'second' }
}
