import { checkMembers, type Member, type Truth } from './members.ts'
import { predictions } from './scores.ts'

/** How two members i < j agree; counts of examples. Null where a statistic is undefined. */
export interface Pair {
  readonly i: number
  readonly j: number
  /** N11 */
  readonly bothCorrect: number
  /** N00 */
  readonly bothWrong: number
  /** N10 */
  readonly onlyICorrect: number
  /** N01 */
  readonly onlyJCorrect: number
  /** fraction of examples where the predicted classes differ, 0..1 */
  readonly disagreement: number
  /** Pearson (phi) correlation of the two 0/1 error vectors, -1..1; null if a member is always or never right */
  readonly errorCorrelation: number | null
  /** Yule's Q, -1..1; null if N11*N00 + N01*N10 = 0 */
  readonly qStatistic: number | null
  /** N00 / N */
  readonly doubleFault: number
}

/** A pair as a point of a kappa-error diagram. */
export interface KappaErrorPoint {
  readonly i: number
  readonly j: number
  /** Agreement of the predicted classes beyond chance, -1..1 (Cohen 1960); null if both always predict one same class. */
  readonly kappa: number | null
  /** Mean of the two error rates, 0..1. */
  readonly meanError: number
}

/** Pairwise diversity of K members. Means are over the defined pairs i < j; null when there is none. */
export interface Diversity {
  readonly pairs: readonly Pair[]
  readonly disagreementMatrix: number[][]
  readonly meanPairwiseDisagreement: number | null
  readonly errorCorrelationMatrix: (number | null)[][]
  readonly meanPairwiseErrorCorrelation: number | null
  readonly qStatisticMatrix: (number | null)[][]
  readonly meanPairwiseQStatistic: number | null
  /** fraction of examples that at least one member gets right: what a perfect chooser would reach */
  readonly oracleAccuracy: number
}

/**
 * The pairwise measures of Kuncheva & Whitaker 2003, "Measures of diversity in classifier ensembles", section 2.
 * @throws UserError if there is no member, or shapes or labels do not fit
 */
export function diversity(members: readonly Member[], truth: Truth): Diversity {
  checkMembers(members, truth)
  const guesses = members.map((member) => predictions(member.probs, truth.classes).argmax)
  const table = guesses.map((a, i) => guesses.map((b, j) => comparePair(i, a, j, b, truth.labels)))
  const pairs = table.flatMap((row, i) => row.slice(i + 1))
  return {
    pairs,
    disagreementMatrix: table.map((row) => row.map((pair) => pair.disagreement)),
    meanPairwiseDisagreement: meanOfDefined(pairs.map((pair) => pair.disagreement)),
    errorCorrelationMatrix: table.map((row) => row.map((pair) => pair.errorCorrelation)),
    meanPairwiseErrorCorrelation: meanOfDefined(pairs.map((pair) => pair.errorCorrelation)),
    qStatisticMatrix: table.map((row) => row.map((pair) => pair.qStatistic)),
    meanPairwiseQStatistic: meanOfDefined(pairs.map((pair) => pair.qStatistic)),
    oracleAccuracy: oracleAccuracy(guesses, truth.labels),
  }
}

/** The pairwise measures of members whose predicted classes are known, pairs i < j in order. */
export function pairsOf(guesses: readonly Int32Array[], labels: ArrayLike<number>): Pair[] {
  return guesses.flatMap((a, i) =>
    guesses.slice(i + 1).map((b, later) => comparePair(i, a, i + 1 + later, b, labels)),
  )
}

/**
 * The kappa-error diagram of Margineantu & Dietterich 1997, "Pruning adaptive boosting", section 3: for every pair i < j its
 * kappa = (observed - chance agreement) / (1 - chance agreement) and the mean of its two errors. A prediction that is none
 * (-1) counts as a class of its own.
 */
export function kappaErrorPoints(guesses: readonly Int32Array[], truth: Truth): KappaErrorPoint[] {
  const { labels, classes } = truth
  const shares = guesses.map((argmax) => {
    const counts = new Float64Array(classes + 1)
    for (const guess of argmax) counts[guess + 1] = (counts[guess + 1] ?? 0) + 1
    return counts.map((count) => count / labels.length)
  })
  return pairsOf(guesses, labels).map(({ i, j, disagreement, bothWrong, onlyICorrect, onlyJCorrect }) => {
    let chance = 0
    shares[i]?.forEach((share, c) => {
      chance += share * (shares[j]?.[c] ?? 0)
    })
    return {
      i,
      j,
      kappa: 1 - chance < 1e-12 ? null : (1 - disagreement - chance) / (1 - chance),
      meanError: (2 * bothWrong + onlyICorrect + onlyJCorrect) / (2 * labels.length),
    }
  })
}

/** Mean of the values that are not null; null if there are none. */
export function meanOfDefined(values: readonly (number | null)[]): number | null {
  const defined = values.filter((value) => value !== null)
  return defined.length === 0 ? null : defined.reduce((sum, value) => sum + value, 0) / defined.length
}

function comparePair(i: number, a: Int32Array, j: number, b: Int32Array, labels: ArrayLike<number>): Pair {
  const n = labels.length
  let [n11, n00, n10, n01, differ] = [0, 0, 0, 0, 0]
  for (let row = 0; row < n; row++) {
    const y = labels[row]
    const right = a[row] === y
    const alsoRight = b[row] === y
    if (right && alsoRight) n11++
    else if (right) n10++
    else if (alsoRight) n01++
    else n00++
    if (a[row] !== b[row]) differ++
  }
  const root = Math.sqrt((n11 + n10) * (n01 + n00) * (n11 + n01) * (n10 + n00))
  const odds = n11 * n00 + n01 * n10
  return {
    i,
    j,
    bothCorrect: n11,
    bothWrong: n00,
    onlyICorrect: n10,
    onlyJCorrect: n01,
    disagreement: differ / n,
    errorCorrelation: root === 0 ? null : (n11 * n00 - n01 * n10) / root,
    qStatistic: odds === 0 ? null : (n11 * n00 - n01 * n10) / odds,
    doubleFault: n00 / n,
  }
}

function oracleAccuracy(guesses: readonly Int32Array[], labels: ArrayLike<number>): number {
  let hit = 0
  for (let row = 0; row < labels.length; row++) {
    if (guesses.some((argmax) => argmax[row] === labels[row])) hit++
  }
  return hit / labels.length
}
