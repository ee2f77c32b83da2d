import { type KappaErrorPoint, kappaErrorPoints, meanOfDefined, pairsOf } from './diversity.ts'
import type { Truth } from './members.ts'

/** How one member stands to the others. Means are over the pairs with each other member; null where none is defined. */
export interface MemberDiversity {
  /** 0..1 */
  readonly accuracy: number
  readonly disagreement: number | null
  readonly errorCorrelation: number | null
  readonly qStatistic: number | null
  readonly kappa: number | null
}

/** A pair of members with all that is measured of it. */
export interface MemberPair extends KappaErrorPoint {
  readonly disagreement: number
  readonly errorCorrelation: number | null
  readonly qStatistic: number | null
}

/** Every pair i < j of members by their predicted classes. */
export function memberPairs(guesses: readonly Int32Array[], truth: Truth): MemberPair[] {
  const pairs = pairsOf(guesses, truth.labels)
  return kappaErrorPoints(guesses, truth).map((point, at) => ({
    ...point,
    disagreement: pairs[at]?.disagreement ?? Number.NaN,
    errorCorrelation: pairs[at]?.errorCorrelation ?? null,
    qStatistic: pairs[at]?.qStatistic ?? null,
  }))
}

/** One of every member, in their order. */
export function memberDiversity(guesses: readonly Int32Array[], truth: Truth): MemberDiversity[] {
  const pairs = memberPairs(guesses, truth)
  return guesses.map((argmax, k) => {
    const own = pairs.filter(({ i, j }) => i === k || j === k)
    let right = 0
    for (let n = 0; n < argmax.length; n++) if (argmax[n] === truth.labels[n]) right++
    return {
      accuracy: right / argmax.length,
      disagreement: meanOfDefined(own.map((pair) => pair.disagreement)),
      errorCorrelation: meanOfDefined(own.map((pair) => pair.errorCorrelation)),
      qStatistic: meanOfDefined(own.map((pair) => pair.qStatistic)),
      kappa: meanOfDefined(own.map((pair) => pair.kappa)),
    }
  })
}
