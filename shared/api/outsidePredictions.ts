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
  /** What to call each file's model, in their order; "" is called as its file. */
  memberNames: z.array(z.string().trim().max(200, 'must be at most 200 characters')).max(300).optional(),
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

/** A first look at one file, before it is said what its labels are. */
export const lookAtPredictions = z.strictObject({
  path: z.string().trim().min(1, 'must name a file').max(4096),
  /** The column or array of labels that the user named. */
  labels: z.string().min(1).max(1000).optional(),
})

export interface PredictionsLook {
  readonly file: string
  /** null where only reading to the end tells: CSV. */
  readonly rows: number | null
  /** 0 where it is not plain which numbers are meant; `problem` says why. */
  readonly classes: number
  readonly problem: string | null
  /** Up to `mostColumnsShown` of them; predictions and labels first. */
  readonly columns: readonly PredictionsColumn[]
  readonly moreColumns: number
  /** Columns that could be labels: numbers, one an example. */
  readonly labelColumns: readonly string[]
  /** Of the rows looked at, from the first on; null where it is not plain which numbers are meant. */
  readonly check: RowCheck | null
}

export interface PredictionsColumn {
  readonly name: string
  readonly use: 'prediction' | 'label' | 'unused'
  /** Numbers of a row. */
  readonly width: number
  /** Its cells in the first rows, the same rows for every column. */
  readonly first: readonly string[]
}

/** Whether the numbers of rows are from 0 to 1, and what they add up to. */
export interface RowCheck {
  readonly rows: number
  readonly leastSum: number
  readonly mostSum: number
  /** Rows that do not sum to 1. */
  readonly off: number
  /** null: they could be either, and the user must say. */
  readonly as: PredictionForm | null
}

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

/** In files. */
export interface PredictionsProgress {
  readonly type: 'progress'
  readonly done: number
  readonly total: number
}
/** Ending the subscription cancels it, which then stores nothing. */
export type PredictionsPreviewStep =
  | PredictionsProgress
  | { readonly type: 'done'; readonly preview: PredictionsPreview }
export type PredictionsImportStep =
  | PredictionsProgress
  | { readonly type: 'done'; readonly imported: PredictionsImported }
