import type { PredictionStep } from '../../shared/api/predictions.ts'
import type { Cancellation, Services } from '../../shared/api/services.ts'
import type { Core } from '../core.ts'
import { predictedRows } from '../export/predictionsCsv.ts'
import { createUploads } from '../predictions/uploads.ts'

export function createPredictionServices({ predictions }: Core): Services['predictions'] {
  const uploads = createUploads()
  return {
    input(predictor) {
      const { kind, shape, classes, columns } = predictions.inputOf(predictor)
      return { kind, shape, classes, columns: columns === undefined ? null : tableColumns(columns) }
    },
    upload: (piece) => uploads.take(piece),
    async *answer({ predictor, upload }, signal): AsyncGenerator<PredictionStep, void, undefined> {
      const { files, drop } = await uploads.claim(upload)
      const leave = endedWith(signal)
      try {
        const source = { type: 'files' as const, files: [...files] }
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
