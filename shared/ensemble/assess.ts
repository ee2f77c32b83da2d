import { finish, type Slices } from '../slices.ts'
import { type Choice, isMember } from './choice.ts'
import { type Difference, pairedDifference } from './difference.ts'
import { lastAccuracies } from './lastAccuracies.ts'
import type { Probs, Truth } from './members.ts'
import { logarithm, logarithms, normalisedExp, rowSpreads, scaled, weightedMean } from './mixtures.ts'
import type { Predictions } from './predictions.ts'
import { type RunningSums, runningSums } from './runningSums.ts'
import { type Scores, score } from './scores.ts'
import { gainOfEach } from './withoutEach.ts'

/** An ensemble on one part of the data. */
export interface PartAssessment {
  readonly examples: number
  readonly truth: Truth
  readonly ensemble: Scores
  /** Index of the best snapshot among all candidates, member or not: what one would use without an ensemble. */
  readonly best: number
  readonly bestScores: Scores
  /** Of the ensemble over that snapshot. */
  readonly gain: Difference
  /** Accuracy of the plain average of the last 1, 2, ... members; one number for each member. */
  readonly lastAccuracy: readonly number[]
}

/** One part of the data with every candidate's answers; assessing remembers sums from call to call. */
export interface PartAssessor {
  /** The ensemble's probabilities, [N, C], valid until the next call; undefined when no candidate is a member. */
  mixture(choice: Choice): Float64Array | undefined
  /** Undefined when no candidate is a member. */
  assess(choice: Choice): PartAssessment | undefined
  /**
   * What each member adds: accuracy of the ensemble less that of the same without it, by candidate; null for who is no member or
   * the only one. The others keep their weights. Slower than `assess`: for after the answer stands.
   */
  gainOfEach(choice: Choice): readonly (Difference | null)[]
  /**
   * The curve over the last members and, if asked for, what each member adds, in slices of milliseconds: hundreds of members take
   * seconds. Afterwards both are known at once. The same work for whoever asks about the same choice.
   */
  workOut(choice: Choice, isWithGains: boolean): Slices<void>
}

/** Of more, partial sums and logarithms of each would take several times the memory of the predictions themselves. */
const mostKeptWhole = 32

const blockOfMany = 8

/**
 * @param candidates oldest first, all asked about the same examples
 * @param best index of the candidate that ensembles are measured against
 */
export function createPartAssessor(
  candidates: readonly Predictions[],
  truth: Truth,
  best: number,
): PartAssessor {
  const probs = candidates.map((candidate) => candidate.probs)
  const isMany = candidates.length > mostKeptWhole
  const sums = runningSums(probs, isMany ? { block: blockOfMany } : {})
  const scratch = new Float64Array(truth.labels.length * truth.classes)
  let logSums: RunningSums | undefined
  let spreads: readonly Float32Array[] | undefined
  const gains = new WeakMap<Choice, readonly (Difference | null)[]>()
  const curves = new WeakMap<Choice, readonly number[]>()
  const under = new WeakMap<Choice, Slices<void>>()

  /** Undefined where they would take too much memory: then they are taken anew each time. */
  let logs: readonly Probs[] | undefined
  const keptLogs = (): readonly Probs[] | undefined => {
    if (!isMany) logs ??= probs.map(logarithms)
    return logs
  }
  const sumsOfLogs = (): RunningSums => {
    const kept = keptLogs()
    return kept === undefined
      ? runningSums(probs, { block: blockOfMany, term: logarithm })
      : runningSums(kept)
  }

  /** Probabilities lie in 0..1, but for those of a diverged member. */
  function reachOfProbs(members: readonly number[], weights: readonly number[]): (row: number) => number {
    const isWhole = members.every((k) => !Number.isNaN(candidates[k]?.scores.brier))
    const most = isWhole ? Math.max(...weights) : Number.POSITIVE_INFINITY
    return () => most
  }

  function reachOfLogs(members: readonly number[]): (row: number) => number {
    spreads ??= probs.map((matrix) => rowSpreads(matrix, truth.classes))
    const own = members.flatMap((k) => spreads?.[k] ?? [])
    return (row) => {
      let most = 0
      for (const spread of own) most = Math.max(most, spread[row] ?? Number.POSITIVE_INFINITY)
      return most
    }
  }

  function combined({ method, ticked, weights }: Choice): Float64Array | undefined {
    if (method === 'weighted') return weightedMean(probs, ticked, weights, scratch)
    if (method === 'logitAverage') {
      logSums ??= sumsOfLogs()
      const sum = logSums(ticked)
      return sum && normalisedExp(sum, countOf(ticked), truth.classes, scratch)
    }
    const sum = sums(ticked)
    return sum && scaled(sum, countOf(ticked), scratch)
  }

  const membersOf = (choice: Choice): number[] =>
    candidates.flatMap((_, k) => (isMember(choice, k) ? [k] : []))

  function* curveOf(choice: Choice): Slices<readonly number[]> {
    const known = curves.get(choice)
    if (known !== undefined) return known
    const found = yield* lastAccuracies(
      membersOf(choice).flatMap((k) => probs[k] ?? []),
      truth,
    )
    curves.set(choice, found)
    return found
  }

  function* gainsOf(choice: Choice): Slices<readonly (Difference | null)[]> {
    const known = gains.get(choice)
    if (known !== undefined) return known
    const members = membersOf(choice)
    const isOfLogs = choice.method === 'logitAverage'
    const weights = members.map((k) => (choice.method === 'weighted' ? (choice.weights[k] ?? 0) : 1))
    const matrices = (isOfLogs && keptLogs()) || probs
    const found =
      members.length < 2
        ? []
        : yield* gainOfEach(
            members.flatMap((k) => matrices[k] ?? []),
            weights,
            truth,
            isOfLogs ? reachOfLogs(members) : reachOfProbs(members, weights),
            isOfLogs && matrices === probs ? logarithm : undefined,
          )
    const byCandidate = candidates.map((_, k) => found[members.indexOf(k)] ?? null)
    gains.set(choice, byCandidate)
    return byCandidate
  }

  function* all(choice: Choice, isWithGains: boolean): Slices<void> {
    yield* curveOf(choice)
    if (isWithGains) yield* gainsOf(choice)
  }

  return {
    mixture: combined,
    workOut(choice, isWithGains) {
      const slices = under.get(choice) ?? all(choice, isWithGains)
      under.set(choice, slices)
      return slices
    },
    assess(choice) {
      const mixture = combined(choice)
      const bestScores = candidates[best]?.scores
      if (mixture === undefined || bestScores === undefined) return undefined
      const ensemble = score(mixture, truth)
      return {
        examples: truth.labels.length,
        truth,
        ensemble,
        best,
        bestScores,
        gain: pairedDifference(ensemble.argmax, bestScores.argmax, truth.labels),
        // Most of the arithmetic: done when the curve is drawn, after the answer stands.
        get lastAccuracy() {
          return finish(curveOf(choice))
        },
      }
    },
    gainOfEach: (choice) => finish(gainsOf(choice)),
  }
}

const countOf = (ticked: readonly boolean[]): number => ticked.filter(Boolean).length
