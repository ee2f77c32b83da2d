import { z } from 'zod'
import {
  divergence,
  diversity,
  type GreedySelection,
  greedySelection,
  logitAverageProbs,
  type Member,
  meanProbs,
  type Probs,
  type Scores,
  score,
  softmaxRows,
  type Truth,
  uncertainty,
  weightedMeanProbs,
} from '../../shared/ensemble/index.ts'

const ensembleCase = z.object({
  classes: z.int().positive(),
  bins: z.int().positive(),
  rounds: z.int().positive(),
  /** [K][N][C] */
  logits: z.array(z.array(z.array(z.number()))).min(1),
  labels: z.array(z.int().nonnegative()),
  weights: z.array(z.number()).nullish(),
})

/**
 * Answers one reference example of cases/ensemble.json, using only what shared/ensemble exports.
 * @param input the example; its `expected`, if any, is not looked at
 * @returns an object of the shape of `expected`: plain numbers, arrays and nulls
 */
export function runEnsembleGolden(input: unknown) {
  const { classes, bins, rounds, logits, labels, weights } = ensembleCase.parse(input)
  const truth: Truth = { labels, classes }
  const matrices = logits.map((rows) => Float64Array.from(rows.flat()))
  const members: Member[] = matrices.map((matrix) => ({ probs: softmaxRows(matrix, classes) }))
  const own = members.map((member) => score(member.probs, truth, bins))
  const average = meanProbs(members)
  const logitAverage = logitAverageProbs(matrices, classes)
  const unsure = uncertainty(members, classes)
  return {
    memberProbs: members.map((member) => toRows(member.probs, classes)),
    members: own.map(scoreBlock),
    averageProbs: toRows(average, classes),
    average: scoreBlock(score(average, truth, bins)),
    logitAverageProbs: toRows(logitAverage, classes),
    logitAverage: scoreBlock(score(logitAverage, truth, bins)),
    ...(weights && weighted(members, weights, truth, bins)),
    meanMemberAccuracy: mean(own.map((scores) => scores.accuracy)),
    meanMemberNll: mean(own.map((scores) => scores.nll)),
    ...diversity(members, truth),
    ...divergence(members, classes),
    predictiveEntropy: Array.from(unsure.predictiveEntropy),
    expectedEntropy: Array.from(unsure.expectedEntropy),
    mutualInformation: Array.from(unsure.mutualInformation),
    greedyNll: greedy(members, truth, 'nll', rounds),
    greedyAccuracy: greedy(members, truth, 'accuracy', rounds),
  }
}

function weighted(members: readonly Member[], weights: readonly number[], truth: Truth, bins: number) {
  const probs = weightedMeanProbs(members, weights)
  return {
    weightedAverageProbs: toRows(probs, truth.classes),
    weightedAverage: scoreBlock(score(probs, truth, bins)),
  }
}

function greedy(
  members: readonly Member[],
  truth: Truth,
  metric: GreedySelection['metric'],
  rounds: number,
): GreedySelection {
  return greedySelection(members, truth, { metric, rounds })
}

/** A score block as the file writes it: confidences are not part of it. */
function scoreBlock({ argmax, confidence: _, ...scores }: Scores) {
  return { argmax: Array.from(argmax), ...scores }
}

function toRows(probs: Probs, classes: number): number[][] {
  return Array.from({ length: probs.length / classes }, (_, n) =>
    Array.from(probs.subarray(n * classes, (n + 1) * classes)),
  )
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
