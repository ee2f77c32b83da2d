import { int64s, type NpyArray, npy } from '../npy.ts'
import { npz } from '../npz.ts'
import type { PredictionTable } from './table.ts'

/** The probabilities alone: [examples, classes], of a run [snapshots, examples, classes]. float32 as stored; float64 of an ensemble. */
export const predictionsNpy = (table: PredictionTable): Generator<Uint8Array> => npy(probabilitiesOf(table))

/**
 * The same as `probabilities`, with `labels` and, where they are known, `examples` (places in the data set, from 0) of [examples];
 * of a run also `snapshots` and `cycles` of [snapshots]. The counts are int64.
 */
export function predictionsNpz(table: PredictionTable): Generator<Uint8Array> {
  const { labels, places, answers } = table
  return npz({
    probabilities: probabilitiesOf(table),
    labels: counts([...labels]),
    ...(places !== null && { examples: counts(places) }),
    ...(answers.of === 'run' && {
      snapshots: counts(answers.snapshots.map(({ id }) => id)),
      cycles: counts(answers.snapshots.map(({ cycle }) => cycle)),
    }),
  })
}

function probabilitiesOf({ answers, labels, classes }: PredictionTable): NpyArray {
  const each = [labels.length, classes.length]
  if (answers.of === 'model') {
    const { probs } = answers
    return { type: probs instanceof Float32Array ? 'float32' : 'float64', shape: each, pieces: [probs] }
  }
  const { snapshots } = answers
  return { type: 'float32', shape: [snapshots.length, ...each], pieces: readEach(snapshots) }
}

function* readEach(snapshots: readonly { read(): Float32Array }[]): Generator<Float32Array> {
  for (const snapshot of snapshots) yield snapshot.read()
}

const counts = (values: readonly number[]): NpyArray => ({
  type: 'int64',
  shape: [values.length],
  pieces: [int64s(values)],
})
