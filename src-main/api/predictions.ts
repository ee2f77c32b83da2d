import type { AnswerExamples, PredictionStep, Predictor } from '../../shared/api/predictions.ts'
import type { Services } from '../../shared/api/services.ts'
import type { PredictSource } from '../../shared/run/predict.ts'
import type { Core } from '../core.ts'
import { predictedRows } from '../predictions/predictedRows.ts'
import { createUploads, type Uploads } from '../predictions/uploads.ts'
import { whileWanted } from './whileWanted.ts'

export function createPredictionServices({ predictions }: Core): Services['predictions'] {
  const uploads = createUploads()
  return {
    input(predictor) {
      const { kind, shape, classes, columns } = predictions.inputOf(predictor)
      return { kind, shape, classes, columns: columns === undefined ? null : tableColumns(columns) }
    },
    upload: (piece) => uploads.take(piece),
    async *answer({ predictor, examples }, signal) {
      const { source, drop } = await given(uploads, examples)
      try {
        yield* whileWanted(signal, (ended) => answersTo(predictions, predictor, source, ended))
      } finally {
        await drop()
      }
    },
  }
}

async function* answersTo(
  predictions: Core['predictions'],
  predictor: Predictor,
  source: PredictSource,
  ended: AbortSignal,
): AsyncGenerator<PredictionStep, void, undefined> {
  const { classes, parts } = await predictions.predict(predictor, source, ended)
  for (;;) {
    const next = await parts.next()
    if (next.done) {
      yield { type: 'done', notes: next.value.notes }
      return
    }
    const { unusable, done, total } = next.value
    yield { type: 'rows', rows: predictedRows(next.value, classes.length), unusable, done, total }
  }
}

/** What is to be answered, and what removes that which is held only for this. */
async function given(
  uploads: Uploads,
  examples: AnswerExamples['examples'],
): Promise<{ readonly source: PredictSource; drop(): Promise<void> }> {
  if (examples.type === 'path') return { source: examples, drop: async () => {} }
  const { files, drop } = await uploads.claim(examples.upload)
  return { source: { type: 'files', files: [...files] }, drop }
}

/** "colour=red" and "colour=blue" are one column of the table. */
const tableColumns = (features: readonly string[]): string[] => [
  ...new Set(features.map((name) => name.split('=', 1)[0] ?? name)),
]
