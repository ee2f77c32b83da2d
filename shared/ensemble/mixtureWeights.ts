import { checkMembers, type Member, type Truth } from './members.ts'

/** Weights of a mixture of the members' probabilities, fitted by likelihood. */
export interface MixtureWeights {
  /** One a member, >= 0, summing to 1. */
  readonly weights: readonly number[]
  /** NLL of the mixture on the examples it was fitted on, nats. Infinity where no member gave a true class any mass. */
  readonly nll: number
  /** By how much another choice of weights could be better at most, nats. */
  readonly gap: number
  readonly iterations: number
}

/** Nats: far below what any door shows. */
const smallestGap = 1e-6

/** Reached only by members that are nearly alike; the gap then says how far from the best it may be. */
const mostIterations = 5_000

/**
 * Non-negative weights, summing to 1, that minimise the NLL of sum_k w_k p_k: a convex problem. Solved by the EM update of a
 * mixture's proportions (Dempster, Laird & Rubin 1977, section 4.3), w_k <- w_k g_k with g_k the mean over examples of
 * p_k[y] / mixture[y], sped up by powers of g_k as long as that lowers the NLL. Stops where the duality gap max_k g_k - 1, by
 * which the NLL can still fall at most, is below 1e-6 nats. A member with a NaN gets weight 0.
 * @throws UserError if there is no member, or shapes or labels do not fit
 */
export function mixtureWeights(members: readonly Member[], truth: Truth): MixtureWeights {
  const examples = checkMembers(members, truth)
  const likelihoods = members.map(({ probs }) =>
    Float64Array.from(truth.labels, (label, row) => probs[row * truth.classes + label] ?? Number.NaN),
  )
  const isSound = likelihoods.map((own) => !own.some(Number.isNaN))
  const sound = isSound.filter(Boolean).length
  if (sound === 0)
    return { weights: members.map(() => 1 / members.length), nll: Number.NaN, gap: 0, iterations: 0 }
  const columns = likelihoods.filter((_, k) => isSound[k])
  const fitted = fit(columns, examples)
  let at = 0
  return { ...fitted, weights: isSound.map((isIn) => (isIn ? (fitted.weights[at++] ?? 0) : 0)) }
}

function fit(columns: readonly Float64Array[], examples: number): MixtureWeights {
  let weights = columns.map(() => 1 / columns.length)
  let now = look(columns, weights, examples)
  let power = 1
  let iterations = 0
  while (gapOf(now) > smallestGap && iterations < mostIterations) {
    iterations++
    const next = step(weights, now.growth, power)
    const there = look(columns, next, examples)
    if (there.nll > now.nll && power > 1) {
      power = 1
      continue
    }
    weights = next
    now = there
    power *= 1.3
  }
  return { weights, nll: now.nll, gap: gapOf(now), iterations }
}

interface Look {
  readonly nll: number
  /** Per column: the mean of its likelihood over the mixture's. */
  readonly growth: readonly number[]
}

const gapOf = ({ growth }: Look): number => Math.max(0, Math.max(...growth) - 1)

function step(weights: readonly number[], growth: readonly number[], power: number): number[] {
  const raw = weights.map((weight, k) => weight * (growth[k] ?? 0) ** power)
  const total = raw.reduce((sum, weight) => sum + weight, 0)
  return raw.map((weight) => weight / total)
}

/** Examples that every member gives no mass at all say nothing of the weights: they only make the NLL infinite. */
function look(columns: readonly Float64Array[], weights: readonly number[], examples: number): Look {
  const mixture = new Float64Array(examples)
  columns.forEach((own, k) => {
    const weight = weights[k] ?? 0
    if (weight > 0) for (let n = 0; n < examples; n++) mixture[n] = (mixture[n] ?? 0) + weight * (own[n] ?? 0)
  })
  let logs = 0
  for (const value of mixture) logs += Math.log(value)
  const said = mixture.reduce((count, value) => count + (value > 0 ? 1 : 0), 0)
  for (let n = 0; n < examples; n++) mixture[n] = (mixture[n] ?? 0) > 0 ? 1 / (mixture[n] ?? 1) : 0
  const growth = columns.map((own) => {
    let sum = 0
    for (let n = 0; n < examples; n++) sum += (own[n] ?? 0) * (mixture[n] ?? 0)
    return sum / Math.max(1, said)
  })
  return { nll: 0 - logs / examples, growth }
}
