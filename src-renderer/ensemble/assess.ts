import { bestSingle, type Probs, type Scores, score, type Truth } from '../../shared/ensemble/index.ts'
import type { PredictionMethod } from '../../shared/ensemble/methods.ts'
import type { Predictions } from './predictions.ts'
import { type RunningSums, runningSums } from './runningSums.ts'
import { accuracyWithoutEach } from './withoutEach.ts'

/** Which candidates are members, and with what share. Both lists are parallel to the candidates. */
export interface Choice {
  readonly method: PredictionMethod
  readonly ticked: readonly boolean[]
  /** Used by `weighted` alone; a share of 0 leaves the candidate out. */
  readonly weights: readonly number[]
}

/** How much better one predictor is than another on the same examples. */
export interface Difference {
  /** Accuracy of the one minus that of the other, -1..1. */
  readonly accuracy: number
  /** Standard error of that difference, paired: only the examples on which just one of them is right count. */
  readonly standardError: number
}

/** An ensemble on one part of the data. */
export interface PartAssessment {
  readonly examples: number
  readonly truth: Truth
  readonly ensemble: Scores
  /** Index of the best member on this very part: the highest bar there is, since nobody could have picked it before. */
  readonly best: number
  readonly bestScores: Scores
  /** Of the ensemble over that member. */
  readonly gain: Difference
  /** Accuracy of the plain average of the last 1, 2, ... members; one number for each member. */
  readonly lastAccuracy: readonly number[]
}

/** One part of the data with every candidate's answers; assessing remembers sums from call to call. */
export interface PartBench {
  /** Undefined when no candidate is a member. */
  assess(choice: Choice): PartAssessment | undefined
  /**
   * Accuracy of the same ensemble without one of its members, by candidate; null for who is no member or the only one.
   * The others keep their weights. Slower than `assess`: for after the answer stands.
   */
  accuracyWithout(choice: Choice): readonly (number | null)[]
}

/** @param candidates oldest first, all asked about the same examples */
export function createPartBench(candidates: readonly Predictions[], truth: Truth): PartBench {
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
    assess(choice) {
      const mixture = combined(choice)
      if (mixture === undefined) return undefined
      const members = candidates.flatMap((_, k) => (isMember(choice, k) ? [k] : []))
      const own = members.flatMap((k) => candidates[k]?.scores ?? [])
      const place = bestSingle(own)
      const bestScores = own[place]
      const best = members[place]
      if (bestScores === undefined || best === undefined) return undefined
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
    accuracyWithout(choice) {
      const members = candidates.flatMap((_, k) => (isMember(choice, k) ? [k] : []))
      if (members.length < 2) return candidates.map(() => null)
      const matrices = choice.method === 'logitAverage' ? logProbs() : probs
      const weights = members.map((k) => (choice.method === 'weighted' ? (choice.weights[k] ?? 0) : 1))
      const without = accuracyWithoutEach(
        members.flatMap((k) => matrices[k] ?? []),
        weights,
        truth,
        choice.method === 'logitAverage' ? reachOfLogs(members) : reachOfProbs(members, weights),
      )
      return candidates.map((_, k) => without[members.indexOf(k)] ?? null)
    },
  }
}

/** Whether candidate k takes part in the mixture. */
export function isMember({ method, ticked, weights }: Choice, k: number): boolean {
  return ticked[k] === true && (method !== 'weighted' || (weights[k] ?? 0) > 0)
}

/** Shares of the candidates, summing to 1 over the members and 0 elsewhere. */
export function sharesOf(choice: Choice): number[] {
  const raw = choice.ticked.map((_, k) => {
    if (!isMember(choice, k)) return 0
    return choice.method === 'weighted' ? (choice.weights[k] ?? 0) : 1
  })
  const total = raw.reduce((sum, weight) => sum + weight, 0)
  return raw.map((weight) => (total > 0 ? weight / total : 0))
}

/** Accuracy of `a` less that of `b`, with the standard error over the examples that exactly one of them gets right. */
export function pairedDifference(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  labels: ArrayLike<number>,
): Difference {
  const n = labels.length
  let [onlyA, onlyB] = [0, 0]
  for (let row = 0; row < n; row++) {
    const right = a[row] === labels[row]
    const alsoRight = b[row] === labels[row]
    if (right && !alsoRight) onlyA++
    else if (alsoRight && !right) onlyB++
  }
  const mean = (onlyA - onlyB) / n
  return { accuracy: mean, standardError: Math.sqrt(Math.max(0, (onlyA + onlyB) / n - mean * mean) / n) }
}

/**
 * Accuracy of the averages of the last 1, 2, ..., M members. The argmax of a mean is that of the sum, so nothing is divided;
 * a row at a time keeps the running sum of that row at hand.
 * @param members oldest first
 */
function lastAccuracies(members: readonly Probs[], { labels, classes }: Truth): number[] {
  const newestFirst = members.toReversed()
  const correct = new Array<number>(members.length).fill(0)
  const sum = new Float64Array(classes)
  for (let row = 0; row < labels.length; row++) {
    sum.fill(0)
    const start = row * classes
    for (let m = 0; m < newestFirst.length; m++) {
      const probs = newestFirst[m]
      if (probs !== undefined && addRowArgmax(sum, probs, start) === labels[row]) {
        correct[m] = (correct[m] ?? 0) + 1
      }
    }
  }
  return correct.map((count) => count / labels.length)
}

/** Adds the row at `start` to `sum`; the index of the largest sum, lowest on a tie, -1 if all are NaN. */
function addRowArgmax(sum: Float64Array, probs: Probs, start: number): number {
  let best = -1
  let top = Number.NEGATIVE_INFINITY
  for (let c = 0; c < sum.length; c++) {
    const value = (sum[c] ?? 0) + (probs[start + c] ?? Number.NaN)
    sum[c] = value
    if (value > top) {
      top = value
      best = c
    }
  }
  return best
}

const countOf = (ticked: readonly boolean[]): number => ticked.filter(Boolean).length

function scaled(sum: Probs, by: number, target: Float64Array): Float64Array {
  for (let i = 0; i < target.length; i++) target[i] = (sum[i] ?? Number.NaN) / by
  return target
}

function weightedMean(
  probs: readonly Probs[],
  ticked: readonly boolean[],
  weights: readonly number[],
  target: Float64Array,
): Float64Array | undefined {
  target.fill(0)
  let total = 0
  probs.forEach((matrix, k) => {
    const weight = ticked[k] === true ? (weights[k] ?? 0) : 0
    // Left out, not multiplied in: 0 times the NaN of a diverged member is NaN.
    if (weight <= 0) return
    total += weight
    for (let i = 0; i < target.length; i++) target[i] = (target[i] ?? 0) + weight * (matrix[i] ?? Number.NaN)
  })
  return total > 0 ? scaled(target, total, target) : undefined
}

/**
 * Stands for ln 0 in sums of logarithms: so low that a class ruled out by more members than another gets no mass at all
 * (the limit that `geometricMeanProbs` defines), yet finite, so that classes ruled out by equally many still compare.
 * float32 logarithms reach down to -103.3 and exp underflows at -745, so this holds for up to 1,000 members.
 */
const LOG_OF_ZERO = -(2 ** 20)

function logarithms(probs: Probs): Float64Array<ArrayBuffer> {
  const logs = new Float64Array(probs.length)
  for (let i = 0; i < logs.length; i++) {
    const p = probs[i] ?? Number.NaN
    logs[i] = p === 0 ? LOG_OF_ZERO : Math.log(p)
  }
  return logs
}

/** How far apart the entries of each row lie; above all numbers where one is NaN. */
function rowSpreads(matrix: Probs, classes: number): Float32Array {
  return Float32Array.from({ length: matrix.length / classes }, (_, row) => {
    let low = Number.POSITIVE_INFINITY
    let high = Number.NEGATIVE_INFINITY
    for (let i = row * classes; i < (row + 1) * classes; i++) {
      const value = matrix[i] ?? Number.NaN
      if (Number.isNaN(value)) return Number.POSITIVE_INFINITY
      if (value < low) low = value
      if (value > high) high = value
    }
    return high - low
  })
}

/** Row-wise softmax of logSum / members: the normalised geometric mean. */
function normalisedExp(logSum: Probs, members: number, classes: number, target: Float64Array): Float64Array {
  for (let row = 0; row < target.length; row += classes) {
    let max = Number.NEGATIVE_INFINITY
    for (let i = row; i < row + classes; i++) max = Math.max(max, logSum[i] ?? Number.NaN)
    let total = 0
    for (let i = row; i < row + classes; i++) {
      const e = Math.exp(((logSum[i] ?? Number.NaN) - max) / members)
      target[i] = e
      total += e
    }
    for (let i = row; i < row + classes; i++) target[i] = (target[i] ?? Number.NaN) / total
  }
  return target
}
