import { z } from 'zod'
import { runSpec } from '../run/spec.ts'
import type { PartScores } from './ensembles.ts'

/** How the numbers of a file are meant. */
export const predictionForms = ['probabilities', 'logits'] as const
export type PredictionForm = (typeof predictionForms)[number]

const parts = ['validation', 'test'] as const

/** Files of predictions that another program made: each becomes a snapshot of one run. */
export const importPredictions = z.strictObject({
  /** .npy, .npz, .parquet or .csv, in the order of their training. */
  files: z
    .array(z.string().min(1, 'must name a file'))
    .min(1, 'needs at least one file')
    .max(300, 'may have at most 300 files'),
  /** A column or array of the files, or a file of its own. */
  labels: z.string().min(1, 'must name a column, an array or a file').optional(),
  /** Whose labels they have, where it is one of the lab: its split decides which examples the part holds. */
  dataset: runSpec.shape.dataset.unwrap().optional(),
  part: z.enum(parts).default('test'),
  /** Told by the numbers when absent. */
  as: z.enum(predictionForms).optional(),
  name: runSpec.shape.name,
})
export type ImportPredictions = z.output<typeof importPredictions>

/** What an import would store, and what it has found. */
export interface PredictionsPreview {
  readonly members: readonly PredictionsMember[]
  readonly examples: number
  readonly classes: number
  readonly part: (typeof parts)[number]
  /** "column label", "labels.npy", "fashion-mnist-12k" */
  readonly labelsFrom: string
}

export interface PredictionsMember {
  readonly file: string
  /** Columns or arrays that were taken for predictions. */
  readonly columns: readonly string[]
  readonly as: PredictionForm
  readonly scores: PartScores
  /** A sentence each. */
  readonly warnings: readonly string[]
}

export interface PredictionsImported extends PredictionsPreview {
  readonly runId: string
  readonly runName: string
}
