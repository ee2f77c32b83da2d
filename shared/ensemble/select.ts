import { UserError } from '../errors.ts'
import { checkMembers, type Member, type Probs, type Truth } from './members.ts'

/** What a selection improves: nll is minimised, accuracy maximised. */
export type SelectionMetric = 'nll' | 'accuracy'

/** The course of a greedy selection over R rounds. Lists per round have length R, lists per member length K. */
export interface GreedySelection {
  readonly metric: SelectionMetric
  readonly rounds: number
  /** member added in each round */
  readonly order: number[]
  readonly scoreAfterRound: number[]
  /** all members tied for best in each round, ascending; the first of them was added */
  readonly tiedCandidates: number[][]
  /** how often each member was added */
  readonly counts: number[]
  /** counts / R */
  readonly weights: number[]
  /** rounds after which to stop: the earliest whose score is within 1e-12 of the best of all rounds */
  readonly bestPrefixLength: number
  /** counts after that round: the weights to use */
  readonly bestPrefixCounts: number[]
}

/** The best equal-weight subset. */
export interface BestSubset {
  readonly metric: SelectionMetric
  /** indices, ascending */
  readonly members: number[]
  readonly score: number
}

/** Scores closer than this are one score: they differ by rounding alone. */
const TIE = 1e-12

/** Rounds of greedy selection: enough for shares as fine as 2 %. */
export const selectionRounds = 50

/** More members than this make 2^K subsets too many to wait for. */
export const MAX_EXHAUSTIVE = 12

/**
 * Greedy forward selection with replacement, without bagging (Caruana et al. 2004, "Ensemble selection from libraries of
 * models", section 2). With `sortedStart` it begins with the N members that are best alone, N being the one that makes their
 * mean best (section 2.2): these are the first N picks, and fewer than `rounds`. Every round adds the member that makes the equal-weight mean of all
 * picks best, lowest index on a tie, even when that makes it worse; so the order never ends early.
 * If every candidate's nll is Infinity they are tied.
 * @param rounds R, a whole number >= 1
 * @throws UserError if there is no member, shapes or labels do not fit, or `rounds` is unusable
 */
export function greedySelection(
  members: readonly Member[],
  truth: Truth,
  options: {
    readonly metric: SelectionMetric
    readonly rounds: number
    readonly sortedStart?: boolean
    readonly onRound?: (done: number) => void
  },
): GreedySelection {
  const { metric, rounds } = options
  if (!Number.isInteger(rounds) || rounds < 1) {
    throw new UserError(`Selecting members: rounds must be a whole number >= 1, received ${rounds}.`)
  }
  const objective = objectiveOf(members, truth, metric)
  const picks = options.sortedStart === true ? sortedStart(objective, rounds) : []
  let sum = new Float64Array(objective.size)
  for (const { matrix } of picks) sum = plus(sum, matrix)
  for (let round = picks.length + 1; round <= rounds; round++) {
    const pick = bestAddition(objective, sum, round)
    sum = plus(sum, pick.matrix)
    picks.push(pick)
    options.onRound?.(round)
  }
  const order = picks.map((pick) => pick.member)
  const scoreAfterRound = picks.map((pick) => pick.score)
  const bestPrefixLength = earliestBest(scoreAfterRound, objective)
  const counts = countsOf(order, members.length)
  return {
    metric,
    rounds,
    order,
    scoreAfterRound,
    tiedCandidates: picks.map((pick) => pick.tied),
    counts,
    weights: counts.map((count) => count / rounds),
    bestPrefixLength,
    bestPrefixCounts: countsOf(order.slice(0, bestPrefixLength), members.length),
  }
}

/**
 * The best of all 2^K - 1 equal-weight subsets; on a tie the smaller one, then the one with the lower indices.
 * @throws UserError above 12 members (use greedySelection), without members, or if shapes or labels do not fit
 */
export function bestSubset(members: readonly Member[], truth: Truth, metric: SelectionMetric): BestSubset {
  if (members.length > MAX_EXHAUSTIVE) {
    throw new UserError(
      `Selecting members: trying every subset is limited to ${MAX_EXHAUSTIVE} members, received ${members.length}; ` +
        'use greedy selection instead.',
    )
  }
  const objective = objectiveOf(members, truth, metric)
  let best: BestSubset | undefined
  const visit = (chosen: number[], sum: Float64Array): void => {
    for (let k = (chosen.at(-1) ?? -1) + 1; k < members.length; k++) {
      const subset = [...chosen, k]
      const matrix = objective.matrices[k] ?? sum
      const score = objective.scoreWith(sum, matrix, subset.length)
      const gain = best === undefined ? 1 : objective.gain(score, best.score)
      if (gain > TIE || (gain >= -TIE && subset.length < (best?.members.length ?? 0))) {
        best = { metric, members: subset, score }
      }
      if (k + 1 < members.length) visit(subset, plus(sum, matrix))
    }
  }
  visit([], new Float64Array(objective.size))
  if (best === undefined) throw new Error('bestSubset found no subset of a non-empty ensemble')
  return best
}

/** A metric reduced to what adding up members needs: one matrix per member, and the score of a sum of them. */
interface Objective {
  readonly matrices: readonly Probs[]
  readonly size: number
  /** score of the mean of `count` members, given the sum of all but one of them and that one's matrix */
  scoreWith(sum: Float64Array, matrix: Probs, count: number): number
  /** how much better `score` is than `than`: above 0 if better, 0 between equals */
  gain(score: number, than: number): number
}

interface Pick {
  readonly member: number
  readonly matrix: Probs
  readonly score: number
  readonly tied: number[]
}

function objectiveOf(members: readonly Member[], truth: Truth, metric: SelectionMetric): Objective {
  const n = checkMembers(members, truth)
  const { labels, classes } = truth
  if (metric === 'nll') {
    // The likelihood sees only the true class, so N numbers a member stand for its N*C.
    return {
      matrices: members.map(({ probs }) =>
        Float64Array.from(labels, (label, row) => probs[row * classes + label] ?? Number.NaN),
      ),
      size: n,
      scoreWith: meanNll,
      gain: (score, than) => gainOf(score, than, -1),
    }
  }
  return {
    matrices: members.map(({ probs }) => probs),
    size: n * classes,
    scoreWith: (sum, matrix) => accuracyOf(sum, matrix, truth),
    gain: (score, than) => gainOf(score, than, 1),
  }
}

/** sign * (score - than), made total: equal infinities and two NaNs tie, and NaN (a diverged member) is worst of all. */
function gainOf(score: number, than: number, sign: 1 | -1): number {
  if (Object.is(score, than)) return 0
  if (Number.isNaN(score)) return Number.NEGATIVE_INFINITY
  if (Number.isNaN(than)) return Number.POSITIVE_INFINITY
  return sign * (score - than)
}

function meanNll(sum: Float64Array, matrix: Probs, count: number): number {
  let logs = 0
  for (let n = 0; n < sum.length; n++) {
    logs += Math.log(((sum[n] ?? 0) + (matrix[n] ?? Number.NaN)) / count)
  }
  return 0 - logs / sum.length
}

/** The mean's argmax is the sum's, so nothing is divided, and the sum itself is never written down. */
function accuracyOf(sum: Float64Array, matrix: Probs, { labels, classes }: Truth): number {
  let correct = 0
  for (let n = 0; n < labels.length; n++) {
    let best = -1
    let top = Number.NEGATIVE_INFINITY
    const start = n * classes
    for (let c = 0; c < classes; c++) {
      const p = (sum[start + c] ?? 0) + (matrix[start + c] ?? Number.NaN)
      if (p > top) {
        top = p
        best = c
      }
    }
    if (best === labels[n]) correct++
  }
  return correct / labels.length
}

function bestAddition(objective: Objective, sum: Float64Array, round: number): Pick {
  const scores = objective.matrices.map((matrix) => objective.scoreWith(sum, matrix, round))
  const top = scores.reduce((a, b) => (objective.gain(b, a) > 0 ? b : a))
  const tied = scores.flatMap((score, k) => (objective.gain(score, top) >= -TIE ? [k] : []))
  const member = tied[0] ?? 0
  const matrix = objective.matrices[member]
  if (matrix === undefined) throw new Error(`greedy selection picked member ${member}, which does not exist`)
  return { member, matrix, score: scores[member] ?? Number.NaN, tied }
}

/** The best alone first, as many of them as make the best mean. */
function sortedStart(objective: Objective, most: number): Pick[] {
  const empty = new Float64Array(objective.size)
  const alone = objective.matrices
    .map((matrix, member) => ({ member, matrix, score: objective.scoreWith(empty, matrix, 1) }))
    .sort((a, b) => {
      const gain = objective.gain(b.score, a.score)
      return Math.abs(gain) <= TIE ? a.member - b.member : Math.sign(gain)
    })
  let sum = empty
  const picks = alone.slice(0, most).map(({ member, matrix }, before): Pick => {
    const score = objective.scoreWith(sum, matrix, before + 1)
    sum = plus(sum, matrix)
    return { member, matrix, score, tied: [member] }
  })
  const size = earliestBest(
    picks.map(({ score }) => score),
    objective,
  )
  return picks.slice(0, size)
}

function plus(sum: Float64Array, matrix: Probs): Float64Array<ArrayBuffer> {
  const total = new Float64Array(sum.length)
  for (let i = 0; i < total.length; i++) total[i] = (sum[i] ?? 0) + (matrix[i] ?? Number.NaN)
  return total
}

function earliestBest(scores: readonly number[], objective: Objective): number {
  const best = scores.reduce((a, b) => (objective.gain(b, a) > 0 ? b : a))
  return scores.findIndex((score) => objective.gain(score, best) >= -TIE) + 1
}

function countsOf(order: readonly number[], members: number): number[] {
  const counts = new Array<number>(members).fill(0)
  for (const member of order) counts[member] = (counts[member] ?? 0) + 1
  return counts
}
