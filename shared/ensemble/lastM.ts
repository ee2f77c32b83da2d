import { DEFAULT_BINS } from './calibration.ts'
import { addTo, divideInto } from './combine.ts'
import { checkMembers, firstOf, type Member, type Truth } from './members.ts'
import { type Scores, score } from './scores.ts'

/** The ensemble of the last `size` members. */
export interface LastM {
  readonly size: number
  readonly scores: Scores
}

/**
 * Ensembles (mean of probabilities) of the last 1, 2, ..., M members, in that order: the table by which snapshot
 * ensembles are judged (Huang et al. 2017, figure 4). One running sum from the newest member backwards, so M matrix
 * additions in all rather than M^2/2.
 * @param members oldest first
 * @throws UserError if there is no member, or shapes or labels do not fit
 */
export function lastM(members: readonly Member[], truth: Truth, bins: number = DEFAULT_BINS): LastM[] {
  checkMembers(members, truth)
  const sum = new Float64Array(firstOf(members).probs.length)
  const mean = new Float64Array(sum.length)
  return members.toReversed().map((member, before) => {
    const size = before + 1
    addTo(sum, member.probs)
    return { size, scores: score(divideInto(mean, sum, size), truth, bins) }
  })
}
