import type { Environment } from './environment.ts'
import type { InteropLab } from './lab.ts'

/** One thing that another program judged. */
export interface Verdict {
  /** What of ours, e.g. "an event file of a run". */
  readonly what: string
  /** The program, as PyPI names it. */
  readonly by: string
  /** What was compared, how many. */
  readonly compared: string
  /** The greatest difference; 0 where nothing may differ. */
  readonly difference: number
  /** At most so much may it be. */
  readonly limit: number
}

export type Check = (environment: Environment, lab: InteropLab) => Promise<readonly Verdict[]>

/** The greatest distance of two lists; infinite where one is longer or has no number. */
export function greatestDifference(
  got: ArrayLike<number>,
  want: ArrayLike<number>,
  relative = false,
): number {
  if (got.length !== want.length) return Number.POSITIVE_INFINITY
  let greatest = 0
  for (let i = 0; i < want.length; i++) {
    const [a = Number.NaN, b = Number.NaN] = [got[i], want[i]]
    if (Number.isNaN(a) && Number.isNaN(b)) continue
    const distance = Math.abs(a - b) / (relative ? Math.max(Math.abs(b), Number.MIN_VALUE) : 1)
    greatest = Math.max(greatest, Number.isNaN(distance) ? Number.POSITIVE_INFINITY : a === b ? 0 : distance)
  }
  return greatest
}
