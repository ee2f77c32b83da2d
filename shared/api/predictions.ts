import { z } from 'zod'
import { hostPath } from './datasets.ts'

/*
 * "Try it": examples of a user's own go up in pieces, or lie on the machine of the host; what a snapshot or a saved ensemble
 * says of them comes back batch by batch. Files that went up are kept only until they are answered.
 */

/** Bytes of one piece; as text of a request they take a third more. */
export const pieceBytes = 2 ** 21
/** The most files and bytes of one upload; a path of the host may lead to any number. */
export const mostFiles = 2000
export const mostBytes = 256 * 2 ** 20

export const predictor = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('snapshot'), id: z.int().min(1) }),
  z.strictObject({ type: z.literal('ensemble'), id: z.int().min(1) }),
])
export type Predictor = z.infer<typeof predictor>

const upload = z.uuid('must be an id made for this upload')

export const predictorInput = z.strictObject({ predictor })
export const uploadPiece = z.strictObject({
  upload,
  /** Which of its files, counted from 0; the pieces of a file come in their order. */
  file: z
    .int()
    .min(0)
    .max(mostFiles - 1, `must be below ${mostFiles}`),
  /** As the user knows it. */
  name: z.string().min(1).max(4096),
  content: z.base64().max(Math.ceil(pieceBytes / 3) * 4, `must be at most ${pieceBytes} bytes`),
})
export type UploadPiece = z.infer<typeof uploadPiece>
export const answerExamples = z.strictObject({
  predictor,
  examples: z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('upload'), upload }),
    /** A file, or a folder with all in it, of the machine that Anneal runs on. */
    z.strictObject({
      type: z.literal('path'),
      path: hostPath.shape.path.min(1, 'must name a file or a folder'),
    }),
  ]),
})
export type AnswerExamples = z.infer<typeof answerExamples>

/** What a predictor takes. */
export interface PredictorInput {
  readonly kind: 'image' | 'table'
  /** [height, width, channels], or [features]. */
  readonly shape: readonly number[]
  readonly classes: readonly string[]
  /** Columns of a table as it was imported, each once. */
  readonly columns: readonly string[] | null
}

/** One example with what was answered to it. */
export interface PredictedRow {
  readonly name: string
  /** What had to be changed to make it fit, in words. */
  readonly note: string | null
  /** Index of the greatest probability, the first of several. */
  readonly predicted: number
  readonly probabilities: readonly number[]
}

/** Ending the subscription ends the work. */
export type PredictionStep =
  | {
      readonly type: 'rows'
      readonly rows: readonly PredictedRow[]
      readonly unusable: readonly { readonly name: string; readonly why: string }[]
      /** Files, or bytes of a table. */
      readonly done: number
      readonly total: number
    }
  | { readonly type: 'done'; readonly notes: readonly string[] }
