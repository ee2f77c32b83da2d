import type { AnswerExamples, PredictionStep } from '../../shared/api/predictions.ts'
import type { Cancellation, Services } from '../../shared/api/services.ts'
import type { PredictSource } from '../../shared/run/predict.ts'
import type { Core } from '../core.ts'
import { predictedRows } from '../predictions/predictedRows.ts'
import { createUploads, type Uploads } from '../predictions/uploads.ts'

export function createPredictionServices({ predictions }: Core): Services['predictions'] {
  const uploads = createUploads()
  return {
    input(predictor) {
      const { kind, shape, classes, columns } = predictions.inputOf(predictor)
      return { kind, shape, classes, columns: columns === undefined ? null : tableColumns(columns) }
    },
    upload: (piece) => uploads.take(piece),
    async *answer({ predictor, examples }, signal): AsyncGenerator<PredictionStep, void, undefined> {
      const { source, drop } = await given(uploads, examples)
      const leave = endedWith(signal)
      try {
        const { classes, parts } = await predictions.predict(predictor, source, leave.signal)
        for (;;) {
          const next = await parts.next()
          if (next.done) {
            yield { type: 'done', notes: next.value.notes }
            return
          }
          const { unusable, done, total } = next.value
          yield { type: 'rows', rows: predictedRows(next.value, classes.length), unusable, done, total }
        }
      } catch (error) {
        // Nobody is there any more to be told.
        if (!leave.signal.aborted) throw error
      } finally {
        leave.abort()
        await drop()
      }
    },
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

function endedWith(signal: Cancellation | undefined): AbortController {
  const leave = new AbortController()
  if (signal?.aborted) leave.abort()
  signal?.addEventListener('abort', () => leave.abort(), { once: true })
  return leave
}
