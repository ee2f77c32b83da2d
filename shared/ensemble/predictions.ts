import { UserError } from '../errors.ts'
import { type Scores, score, type Truth } from './index.ts'

export type Part = 'validation' | 'test'

/** What a stored snapshot answered on one part of the data, and how good that was. Never changes. */
export interface Predictions {
  readonly truth: Truth
  readonly labels: Uint16Array<ArrayBuffer>
  /** [examples, classes], row-major. */
  readonly probs: Float32Array<ArrayBuffer>
  readonly scores: Scores
}

/** Stands for the number of classes of a snapshot whose stored bytes are not those that were stored. */
export const damagedClasses = 0xffff_ffff

/** What is read of a snapshot: null where its run kept no such part. */
export type ReadPredictions = Predictions | null | 'damaged'

/**
 * Reads the bytes behind `predictionsUrl`, of so many snapshots. They are little-endian, as is every machine a browser runs
 * on, so they are looked at in place.
 * @throws UserError when the bytes are not so many snapshots', or a label is not a class
 */
export function parsePredictions(bytes: ArrayBuffer, snapshots: number): ReadPredictions[] {
  const found: ReadPredictions[] = []
  const view = new DataView(bytes)
  let at = 0
  while (at + 8 <= bytes.byteLength && found.length < snapshots) {
    const examples = view.getUint32(at, true)
    const classes = view.getUint32(at + 4, true)
    const labelsAt = at + 8 + 4 * examples * classes
    const end = labelsAt + 2 * examples
    if (end > bytes.byteLength) break
    const nothing = classes === damagedClasses ? 'damaged' : null
    found.push(examples === 0 ? nothing : predictionsAt(bytes, at + 8, labelsAt, examples, classes))
    at = 4 * Math.ceil(end / 4)
  }
  if (found.length !== snapshots || at !== bytes.byteLength)
    throw new UserError(
      `While reading stored predictions: ${bytes.byteLength} bytes are not those of ${snapshots} snapshots (${found.length} were read up to byte ${at}); try again.`,
    )
  return found
}

function predictionsAt(
  bytes: ArrayBuffer,
  probsAt: number,
  labelsAt: number,
  examples: number,
  classes: number,
): Predictions {
  const probs = new Float32Array(bytes, probsAt, examples * classes)
  const labels = new Uint16Array(bytes, labelsAt, examples)
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
