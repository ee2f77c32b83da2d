import { z } from 'zod'
import { type Scores, score, type Truth } from '../../shared/ensemble/index.ts'
import { UserError } from '../../shared/errors.ts'

export type Part = 'validation' | 'test'

/** What a stored snapshot answered on one part of the data, and how good that was. Never changes. */
export interface Predictions {
  readonly truth: Truth
  readonly labels: Uint16Array<ArrayBuffer>
  /** [examples, classes], row-major. */
  readonly probs: Float32Array<ArrayBuffer>
  readonly scores: Scores
}

const shape = z.object({
  examples: z.coerce.number().int().min(0),
  classes: z.coerce.number().int().min(1),
})

/**
 * Reads the bytes behind `predictionsUrl`: float32 [examples, classes], then uint16 labels. Both are little-endian, as is
 * every machine a browser runs on, so they are looked at in place.
 * @returns null when the part has no examples
 * @throws UserError when the length is not what the headers say, or a label is not a class
 */
export function parsePredictions(
  bytes: ArrayBuffer,
  headers: { readonly examples: string | null; readonly classes: string | null },
): Predictions | null {
  const said = shape.safeParse(headers)
  if (!said.success || headers.examples === null || headers.classes === null) {
    throw new UserError(
      `While reading stored predictions: their shape must be two whole numbers (received ${headers.examples ?? 'nothing'} examples, ${headers.classes ?? 'nothing'} classes); reload the window.`,
    )
  }
  const { examples, classes } = said.data
  const wanted = examples * (classes * 4 + 2)
  if (bytes.byteLength !== wanted) {
    throw new UserError(
      `While reading stored predictions: ${examples} examples of ${classes} classes need ${wanted} bytes (received ${bytes.byteLength}); try again.`,
    )
  }
  if (examples === 0) return null
  const probs = new Float32Array(bytes, 0, examples * classes)
  const labels = new Uint16Array(bytes, examples * classes * 4, examples)
  const truth = { labels, classes }
  return { truth, labels, probs, scores: score(probs, truth) }
}

/** Whether two predictors were asked about the same examples in the same order, as far as the labels can tell. */
export function sameExamples(a: Predictions, b: Predictions): boolean {
  return (
    a.truth.classes === b.truth.classes &&
    a.labels.length === b.labels.length &&
    a.labels.every((label, n) => label === b.labels[n])
  )
}
