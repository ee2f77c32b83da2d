import { show, UserError } from '../errors.ts'
import { firstOf, type Member, type Probs } from './members.ts'

/** How the members' probabilities become the ensemble's. */
export type Combination =
  | { readonly kind: 'mean' }
  | { readonly kind: 'weighted'; readonly weights: readonly number[] }
  | { readonly kind: 'geometric' }

/**
 * The ensemble's probabilities, shape [N, C].
 * @throws UserError if there is no member, shapes differ, or weights are unusable
 */
export function combine(
  members: readonly Member[],
  classes: number,
  how: Combination = { kind: 'mean' },
): Float64Array {
  switch (how.kind) {
    case 'mean':
      return meanProbs(members)
    case 'weighted':
      return weightedMeanProbs(members, how.weights)
    case 'geometric':
      return geometricMeanProbs(members, classes)
  }
}

/** Arithmetic mean over members, equal weights: the prediction of a snapshot ensemble (Huang et al. 2017, section 3). */
export function meanProbs(members: readonly Member[]): Float64Array {
  const sum = new Float64Array(firstOf(members).probs.length)
  for (const member of members) addTo(sum, member.probs)
  return divideInto(sum, sum, members.length)
}

/** sum_k w_k p_k / sum_k w_k. Weights are >= 0 and need not sum to 1. @throws UserError on unusable weights */
export function weightedMeanProbs(members: readonly Member[], weights: readonly number[]): Float64Array {
  const sum = new Float64Array(firstOf(members).probs.length)
  const total = checkedWeightSum(weights, members.length)
  members.forEach((member, k) => {
    // A member of weight 0 is left out, not multiplied in: 0 * NaN of a diverged member would spoil the rest.
    const weight = weights[k] ?? 0
    if (weight > 0) addTo(sum, member.probs, weight)
  })
  return divideInto(sum, sum, total)
}

/**
 * Normalised geometric mean over members, shape [N, C]; equals softmax of the mean logits.
 * Stored probabilities may be exactly 0 (float32 underflow). Their logarithm is taken in the limit: all zeros are one
 * and the same e -> 0, so the classes that the fewest members rule out share the whole mass, in proportion to the
 * product of their non-zero probabilities. Without zeros this is the plain definition.
 */
export function geometricMeanProbs(members: readonly Member[], classes: number): Float64Array {
  const logSum = new Float64Array(firstOf(members).probs.length)
  const zeros = new Uint32Array(logSum.length)
  for (const { probs } of members) {
    checkLength(probs, logSum.length)
    for (let i = 0; i < logSum.length; i++) {
      const p = probs[i] ?? 0
      if (p === 0) zeros[i] = (zeros[i] ?? 0) + 1
      else logSum[i] = (logSum[i] ?? 0) + Math.log(p)
    }
  }
  for (let row = 0; row < logSum.length; row += classes) {
    let fewest = members.length
    for (let i = row; i < row + classes; i++) fewest = Math.min(fewest, zeros[i] ?? 0)
    for (let i = row; i < row + classes; i++) {
      logSum[i] = zeros[i] === fewest ? (logSum[i] ?? 0) / members.length : Number.NEGATIVE_INFINITY
    }
  }
  return softmaxRows(logSum, classes)
}

/** softmax of the mean logits; `logits` are one [N, C] matrix per member. */
export function logitAverageProbs(logits: readonly Probs[], classes: number): Float64Array {
  return softmaxRows(meanProbs(logits.map((probs) => ({ probs }))), classes)
}

/** Row-wise softmax of a [N, C] matrix; the row maximum is subtracted first, so that no exponential overflows. */
export function softmaxRows(logits: ArrayLike<number>, classes: number): Float64Array {
  const probs = new Float64Array(logits.length)
  for (let row = 0; row < logits.length; row += classes) {
    let max = Number.NEGATIVE_INFINITY
    for (let i = row; i < row + classes; i++) max = Math.max(max, logits[i] ?? 0)
    let sum = 0
    for (let i = row; i < row + classes; i++) {
      const e = Math.exp((logits[i] ?? 0) - max)
      probs[i] = e
      sum += e
    }
    for (let i = row; i < row + classes; i++) probs[i] = (probs[i] ?? 0) / sum
  }
  return probs
}

/** sum += weight * probs, in float64. @throws UserError if the lengths differ */
export function addTo(sum: Float64Array, probs: Probs, weight = 1): void {
  checkLength(probs, sum.length)
  for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + weight * (probs[i] ?? 0)
}

/** target = sum / by; `target` may be `sum` itself. Division, not multiplication by 1/by: (p + p + p) / 3 stays p. */
export function divideInto(target: Float64Array, sum: Float64Array, by: number): Float64Array {
  for (let i = 0; i < sum.length; i++) target[i] = (sum[i] ?? 0) / by
  return target
}

function checkLength(probs: Probs, wanted: number): void {
  if (probs.length === wanted) return
  throw new UserError(
    `Combining predictions: members hold ${wanted} and ${probs.length} probabilities; ` +
      'combine only snapshots evaluated on the same data.',
  )
}

function checkedWeightSum(weights: readonly number[], members: number): number {
  if (weights.length !== members) {
    throw new UserError(
      `Weighting an ensemble: ${members} members need ${members} weights, received ${weights.length}.`,
    )
  }
  const bad = weights.find((weight) => !(weight >= 0 && weight < Number.POSITIVE_INFINITY))
  if (bad !== undefined) {
    throw new UserError(`Weighting an ensemble: every weight must be a finite number >= 0, received ${bad}.`)
  }
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  if (total > 0) return total
  throw new UserError(
    `Weighting an ensemble: at least one weight must be above 0, received ${show(weights)}.`,
  )
}
