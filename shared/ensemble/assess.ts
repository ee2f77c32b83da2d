import { type Choice, isMember } from './choice.ts'
import { type Difference, pairedDifference } from './difference.ts'
import { lastAccuracies } from './lastAccuracies.ts'
import type { Probs, Truth } from './members.ts'
import { logarithms, normalisedExp, rowSpreads, scaled, weightedMean } from './mixtures.ts'
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
}

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
  const sums = runningSums(probs)
  const scratch = new Float64Array(truth.labels.length * truth.classes)
  let logs: readonly Probs[] | undefined
  let logSums: RunningSums | undefined
  let spreads: readonly Float32Array[] | undefined
  const logProbs = (): readonly Probs[] => {
    logs ??= probs.map(logarithms)
    return logs
  }

  /** Probabilities lie in 0..1, but for those of a diverged member. */
  function reachOfProbs(members: readonly number[], weights: readonly number[]): (row: number) => number {
    const isWhole = members.every((k) => !Number.isNaN(candidates[k]?.scores.brier))
    const most = isWhole ? Math.max(...weights) : Number.POSITIVE_INFINITY
    return () => most
  }

  function reachOfLogs(members: readonly number[]): (row: number) => number {
    spreads ??= logProbs().map((matrix) => rowSpreads(matrix, truth.classes))
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
      logSums ??= runningSums(logProbs())
      const sum = logSums(ticked)
      return sum && normalisedExp(sum, countOf(ticked), truth.classes, scratch)
    }
    const sum = sums(ticked)
    return sum && scaled(sum, countOf(ticked), scratch)
  }

  return {
    mixture: combined,
    assess(choice) {
      const mixture = combined(choice)
      const bestScores = candidates[best]?.scores
      if (mixture === undefined || bestScores === undefined) return undefined
      const members = candidates.flatMap((_, k) => (isMember(choice, k) ? [k] : []))
      const ensemble = score(mixture, truth)
      let lastAccuracy: readonly number[] | undefined
      return {
        examples: truth.labels.length,
        truth,
        ensemble,
        best,
        bestScores,
        gain: pairedDifference(ensemble.argmax, bestScores.argmax, truth.labels),
        // Most of the arithmetic: done when the curve is drawn, after the answer stands.
        get lastAccuracy() {
          lastAccuracy ??= lastAccuracies(
            members.flatMap((k) => probs[k] ?? []),
            truth,
          )
          return lastAccuracy
        },
      }
    },
    gainOfEach(choice) {
      const members = candidates.flatMap((_, k) => (isMember(choice, k) ? [k] : []))
      if (members.length < 2) return candidates.map(() => null)
      const matrices = choice.method === 'logitAverage' ? logProbs() : probs
      const weights = members.map((k) => (choice.method === 'weighted' ? (choice.weights[k] ?? 0) : 1))
      const gains = gainOfEach(
        members.flatMap((k) => matrices[k] ?? []),
        weights,
        truth,
        choice.method === 'logitAverage' ? reachOfLogs(members) : reachOfProbs(members, weights),
      )
      return candidates.map((_, k) => gains[members.indexOf(k)] ?? null)
    },
  }
}

const countOf = (ticked: readonly boolean[]): number => ticked.filter(Boolean).length
