import type { PredictionsProgress } from '../../shared/api/outsidePredictions.ts'
import type { Services } from '../../shared/api/services.ts'
import type { Core } from '../core.ts'
import { lookAt } from '../outsidePredictions/look.ts'
import type { OnFile } from '../outsidePredictions/members.ts'
import { inSteps } from './inSteps.ts'

/** What other programs trained. */
export function createElsewhereServices({ logs, outsidePredictions }: Core): Services['elsewhere'] {
  return {
    previewLog: (path, signal) => logs.preview(path, signal),
    importLog: (input, signal) => logs.import(input, signal),
    lookAtPredictions: lookAt,
    async *previewPredictions(input, signal) {
      const preview = yield* inSteps(
        (report: Report, checkWanted) => outsidePredictions.preview(input, telling(report, checkWanted)),
        signal,
      )
      if (preview !== undefined) yield { type: 'done', preview }
    },
    async *importPredictions(input, signal) {
      const imported = yield* inSteps(
        (report: Report, checkWanted) => outsidePredictions.import(input, telling(report, checkWanted)),
        signal,
      )
      if (imported !== undefined) yield { type: 'done', imported }
    },
  }
}

type Report = (progress: PredictionsProgress) => void

const telling =
  (report: Report, checkWanted: () => void): OnFile =>
  (done, total) => {
    checkWanted()
    report({ type: 'progress', done, total })
  }
