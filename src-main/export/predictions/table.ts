import type { Part } from '../../../shared/ensemble/predictions.ts'

/** What one model, or several, answered on a part of the data. */
export interface PredictionTable {
  readonly part: Part
  /** Names of the classes, in the order of the probabilities. */
  readonly classes: readonly string[]
  /** Of each example of the part, from 0. */
  readonly labels: Uint16Array
  /** Where each example stands in the data set, from 0; null where nobody knows. */
  readonly places: readonly number[] | null
  readonly answers: PredictionAnswers
}

/** An ensemble or a snapshot is one model; a run is the models of its snapshots, read one at a time. */
export type PredictionAnswers =
  | { readonly of: 'model'; readonly probs: Probabilities }
  | { readonly of: 'run'; readonly snapshots: readonly SnapshotAnswers[] }

/** [examples, classes], row-major. */
export type Probabilities = Float32Array | Float64Array

export interface SnapshotAnswers {
  readonly id: number
  readonly cycle: number
  read(): Float32Array
}

/** One example as one model answered it. */
export interface PredictionRow {
  /** Null where the table is of one model. */
  readonly snapshot: SnapshotAnswers | null
  /** In its part, from 0. */
  readonly example: number
  readonly place: number | null
  readonly label: number
  /** The likeliest class; the first of equal ones. */
  readonly predicted: number
  readonly probabilities: Probabilities
}

/** Model by model, example by example. */
export function* predictionRows(table: PredictionTable): Generator<PredictionRow> {
  const { labels, places, classes, answers } = table
  const models =
    answers.of === 'model'
      ? [{ snapshot: null, read: () => answers.probs }]
      : answers.snapshots.map((snapshot) => ({ snapshot, read: () => snapshot.read() }))
  for (const { snapshot, read } of models) {
    const probs = read()
    for (let example = 0; example < labels.length; example++) {
      const probabilities = probs.subarray(example * classes.length, (example + 1) * classes.length)
      yield {
        snapshot,
        example,
        place: places?.[example] ?? null,
        label: labels[example] ?? 0,
        predicted: probabilities.indexOf(Math.max(...probabilities)),
        probabilities,
      }
    }
  }
}
