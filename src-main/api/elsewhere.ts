import type { ImportedLogRun, LogProgress } from '../../shared/api/elsewhere.ts'
import type { PredictionsProgress } from '../../shared/api/outsidePredictions.ts'
import type { Services } from '../../shared/api/services.ts'
import type { Core } from '../core.ts'
import { lookAt } from '../outsidePredictions/look.ts'
import type { RunRecord } from '../store/types.ts'
import { inSteps } from './inSteps.ts'
import type { Pulse } from './pulse.ts'

/** What other programs trained. */
export function createElsewhereServices(
  { store, elsewhere, outsidePredictions }: Core,
  pulse: Pulse,
): Services['elsewhere'] {
  return {
    followed: () => elsewhere.followed(),
    async unfollow(input) {
      await elsewhere.unfollow(input)
      pulse.poke()
    },
    async *previewLog(path, signal) {
      const runs = yield* inSteps(
        (report: (progress: LogProgress) => void, checkWanted) =>
          elsewhere.preview(path, telling(report, checkWanted)),
        signal,
      )
      if (runs !== undefined) yield { type: 'done', runs }
    },
    async *importLog(input, signal) {
      const before = new Map(store.read.runs().map((run) => [run.id, run]))
      const runs = yield* inSteps(
        (report: (progress: LogProgress) => void, checkWanted) =>
          elsewhere.importEventFiles(input, telling(report, checkWanted)),
        signal,
      )
      pulse.poke()
      if (runs !== undefined)
        yield { type: 'done', runs: runs.map((run) => outcomeOf(run, before.get(run.id))) }
    },
    lookAtPredictions: lookAt,
    async *previewPredictions(input, signal) {
      const preview = yield* inSteps(
        (report: (progress: PredictionsProgress) => void, checkWanted) =>
          outsidePredictions.preview(input, telling(report, checkWanted)),
        signal,
      )
      if (preview !== undefined) yield { type: 'done', preview }
    },
    async *importPredictions(input, signal) {
      const imported = yield* inSteps(
        (report: (progress: PredictionsProgress) => void, checkWanted) =>
          outsidePredictions.import(input, telling(report, checkWanted)),
        signal,
      )
      if (imported !== undefined) yield { type: 'done', imported }
    },
  }
}

const telling =
  (
    report: (progress: { readonly type: 'progress'; readonly done: number; readonly total: number }) => void,
    checkWanted: () => void,
  ) =>
  (done: number, total: number): void => {
    checkWanted()
    report({ type: 'progress', done, total })
  }

function outcomeOf(
  { id, name, elsewhere, stepsDone }: RunRecord,
  before: RunRecord | undefined,
): ImportedLogRun {
  const isSame = JSON.stringify(elsewhere?.files) === JSON.stringify(before?.elsewhere?.files)
  return {
    id,
    name,
    outcome: before === undefined ? 'new' : isSame ? 'same' : 'grown',
    stepsBefore: before?.stepsDone ?? 0,
    steps: stepsDone,
    notes: elsewhere?.notes ?? [],
  }
}
