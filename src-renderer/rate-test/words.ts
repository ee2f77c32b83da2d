import type { RunSummary } from '../../shared/api/runs.ts'
import type { RateTestView } from '../../shared/api/studies.ts'
import type { RateTestSettings } from '../../shared/run/rateTest.ts'
import type { RunSpec } from '../../shared/run/spec.ts'
import { isActive } from '../../shared/run/state.ts'
import { count, counted, rate } from '../format/format.ts'

/* Range tests in words. */

/** "exponential from 1e-7 to 10 in 100 steps, smoothed by 0.98, stops at 4 × the least loss" */
export function settingsText({ ramp, from, to, steps, smoothing, stopAt }: RateTestSettings): string {
  const end = stopAt === null ? 'goes on to the highest rate' : `stops at ${rate(stopAt)} × the least loss`
  return `${ramp} from ${rate(from)} to ${rate(to)} in ${counted(steps, 'step')}, smoothed by ${rate(smoothing)}, ${end}`
}

/** What it began with, in a phrase. */
export function startText(
  { origin }: Pick<RunSummary, 'origin'>,
  parent: Pick<RunSummary, 'name'> | undefined,
): string {
  if (origin === null || origin.kind === 'again') return 'from fresh weights'
  return `from ${parent?.name ?? origin.runName} after ${counted(origin.stepsDone, 'step')}`
}

/** How far it is, or how it came to its end; undefined before anything was measured. */
export function progressText(
  run: Pick<RunSummary, 'status' | 'stepsDone'>,
  view: Pick<RateTestView, 'settings' | 'points' | 'stoppedAt' | 'stoppedFor'> | undefined,
): string | undefined {
  if (run.status === 'queued') return 'waits in the queue'
  const last = view?.points.at(-1)
  if (view === undefined || last === undefined)
    return isActive(run.status) ? 'starting …' : 'nothing was measured'
  const { steps, stopAt } = view.settings
  const at = `at rate ${rate(Number(last.lr.toPrecision(3)))}`
  if (isActive(run.status)) return `step ${count(last.step + 1)} of ${count(steps)}, ${at}`
  if (view.stoppedAt === null) {
    const isWhole = last.step + 1 >= steps
    return isWhole
      ? `went to its end, ${counted(steps, 'step')}`
      : `ended after ${count(last.step + 1)} of ${counted(steps, 'step')}, ${at}`
  }
  const done = `after ${count(view.stoppedAt + 1)} of ${counted(steps, 'step')}, ${at}`
  return view.stoppedFor === 'notFinite'
    ? `stopped ${done}: the loss was no number any more`
    : `stopped ${done}: the smoothed loss went above ${stopAt === null ? 'its limit' : `${rate(stopAt)} × its least`}`
}

/** All that a rate is found for, each with its words. */
const tested = [
  ['dataset', 'data'],
  ['model', 'model'],
  ['optimizer', 'optimizer'],
  ['batchSize', 'batch size'],
  ['augmentation', 'augmentation'],
  ['labelSmoothing', 'label smoothing'],
  ['classWeights', 'class weights'],
  ['clipping', 'gradient clipping'],
] as const

/** What of a run is no longer as it was tested, in words; undefined where the test holds for it. */
export function changedSince(then: RunSpec, now: RunSpec | undefined): string | undefined {
  if (now === undefined) return undefined
  const changed = tested.flatMap(([key, words]) =>
    JSON.stringify(then[key]) === JSON.stringify(now[key]) ? [] : [words],
  )
  if (changed.length === 0) return undefined
  const list = [changed.slice(0, -1).join(', '), changed.at(-1)].filter((words) => words !== '').join(' and ')
  return `The form has changed since this test: ${list}. Its rates are those of what was tested.`
}
