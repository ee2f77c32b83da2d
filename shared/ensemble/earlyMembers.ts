import { type Difference, pairedDifference } from './difference.ts'
import { lastM } from './lastM.ts'
import type { Member, Truth } from './members.ts'

/** The first members of a run make its ensemble worse, and that is no chance. */
export interface HurtfulStart {
  /** So many of the oldest members. */
  readonly dropped: number
  readonly kept: number
  /** Accuracy of the average of those kept, less that of all. */
  readonly difference: Difference
}

/** One of up to M - 1 differences is picked as the largest: two standard errors would be passed by chance alone. */
const standardErrorsAsked = 3

/**
 * Whether the average of the last m members is better than that of all, for the best m, by more than three standard errors of the
 * paired difference. Null where it cannot be told.
 * @param members of one run, oldest first  @throws UserError if there is no member, or shapes or labels do not fit
 */
export function hurtfulStart(members: readonly Member[], truth: Truth): HurtfulStart | null {
  const averages = lastM(members, truth)
  const all = averages.at(-1)
  if (all === undefined) return null
  const best = averages.reduce((top, one) => (one.scores.accuracy > top.scores.accuracy ? one : top), all)
  const difference = pairedDifference(best.scores.argmax, all.scores.argmax, truth.labels)
  if (difference.accuracy <= standardErrorsAsked * difference.standardError) return null
  return { dropped: members.length - best.size, kept: best.size, difference }
}
