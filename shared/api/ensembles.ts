import { z } from 'zod'
import type { Bump } from '../ensemble/bump.ts'
import { type EnsembleMethod, predictionMethods } from '../ensemble/methods.ts'
import { runId } from './runs.ts'

/** Scores of one predictor on one part of the data. */
export interface PartScores {
  /** In 0..1. */
  readonly accuracy: number
  /** Nats. */
  readonly nll: number
  /** 0..2 */
  readonly brier: number
  /** 0..1, over 15 bins. */
  readonly ece: number
}

export interface EnsembleInfo {
  readonly id: number
  readonly name: string
  readonly method: EnsembleMethod
  /** In the order of their steps, run by run. Weights sum to 1. */
  readonly members: readonly {
    readonly snapshotId: number
    readonly weight: number
    readonly runId: string
    readonly runName: string
    readonly cycle: number
    readonly valAccuracy: number | null
    readonly testAccuracy: number | null
  }[]
  readonly valAccuracy: number | null
  readonly testAccuracy: number | null
  /** valNll, valBrier, valEce, testNll, testBrier, testEce, bestSingleTestAccuracy: where known. */
  readonly scores: Readonly<Record<string, number | null>>
  readonly createdAt: number
}

export const listEnsembles = z.strictObject({ runId: runId.optional() })

const member = z.strictObject({ snapshotId: z.int(), weight: z.number().positive() })

const ensembleName = z.string().trim().min(1, 'must not be empty').max(200, 'must be at most 200 characters')

/** Its scores are computed by the host from the stored probabilities, whatever the window showed. */
export const saveEnsemble = z.strictObject({
  name: ensembleName,
  method: z.enum(predictionMethods),
  /** From one run or several of the same data and split; weights are shares, scaled to sum to 1. */
  members: z.array(member).min(1).max(1000),
})
export type SaveEnsemble = z.infer<typeof saveEnsemble>

export const renameEnsemble = z.strictObject({
  id: z.int(),
  name: ensembleName,
})
export const ensembleIds = z.strictObject({ ids: z.array(z.int()).min(1) })

/** One model of averaged weights: trains nothing, recomputes normalisation statistics; slow. */
export const averageWeights = z.strictObject({ runId, snapshotIds: z.array(z.int()).min(1) })
/** The same, kept under a name; quick when the host has measured it just before. */
export const saveWeightAverage = averageWeights.extend({ name: ensembleName })
export type SaveWeightAverage = z.infer<typeof saveWeightAverage>
export interface WeightAverageAnswer {
  readonly validation: PartScores | null
  readonly test: PartScores | null
  /**
   * Validation loss of the averaged model above the mean of its members' losses as they were stored; null without validation
   * data. Of two members, without batch normalisation, it is the height of the line between them in its middle.
   */
  readonly bump: Bump | null
}

/** The straight line between the weights of two snapshots: twenty steps from one to the other. */
export const measureLine = z.strictObject({ from: z.int().min(1), to: z.int().min(1) })

/** On validation data. */
export interface WeightLinePoint {
  /** λ: weights are (1 − λ) of the first and λ of the second. */
  readonly at: number
  /** Nats. */
  readonly loss: number
  /** In 0..1. */
  readonly accuracy: number
  /** Nats above the straight line between the losses of the ends, with its paired standard error; null at the ends. */
  readonly height: number | null
  readonly standardError: number | null
}

export interface WeightLine {
  readonly from: number
  readonly to: number
  /** Those measured so far, by λ. */
  readonly points: readonly WeightLinePoint[]
  /** How many there will be. */
  readonly places: number
  readonly isDone: boolean
  /** Validation examples. */
  readonly examples: number
  /** The highest place between the ends; below `leastBump` the examples cannot tell a bump from none. */
  readonly top: LineTop | null
}

/** The highest place of a line, by its λ. */
export type LineTop = Bump & { readonly at: number }

/** The straight lines from each of some snapshots to the average of their weights: ten steps each. */
export const measureAverageLines = z.strictObject({
  snapshotIds: z.array(z.int().min(1)).min(3).max(50),
})

/** From one member, at λ = 0, to the average of all, at λ = 1; on validation data. */
export interface MemberLine {
  readonly snapshotId: number
  /** Those measured so far, by λ. */
  readonly points: readonly WeightLinePoint[]
  readonly top: LineTop | null
}

export interface AverageLines {
  /** Along the snapshots that were asked for. */
  readonly lines: readonly MemberLine[]
  /** Places measured so far, and how many there will be; the average and each member are one place. */
  readonly measured: number
  readonly places: number
  readonly isDone: boolean
  /** Validation examples. */
  readonly examples: number
  /** Standard errors above 0 that count as a bump on so many lines. */
  readonly errorsOfBump: number
  /** Below this height in nats the examples cannot tell a bump from none on any of the lines. */
  readonly leastBump: number
}
