import type { EpochInfo, RunSummary } from '../../../shared/api/runs.ts'
import { isActive } from '../../../shared/run/state.ts'
import { queueOf } from '../../hooks/queueOrder.ts'
import { compiledOfRun } from '../../ribbon/ribbonOf.ts'
import { secondsPerStep } from './xMap.ts'

/** The part of the plan that is trained, in 0..1; never 1 before the last step. */
export function progressOf({ stepsDone, totalSteps }: RunSummary): number {
  if (totalSteps === 0) return 0
  const part = stepsDone / totalSteps
  return stepsDone < totalSteps ? Math.min(part, 0.99) : 1
}

/** Nobody here knows now what it does: its worker is not heard of. */
export const isOutOfTouch = ({ place }: RunSummary): boolean =>
  place !== null && place.outOfTouchSince !== null

/** Seconds from now until a step is done, at the speed measured last; undefined where none is known, and while it is out of touch. */
export function secondsUntil(
  run: RunSummary,
  epochs: readonly EpochInfo[],
  samplesPerSecond: number | null,
  step: number,
): number | undefined {
  const pace = isOutOfTouch(run) ? undefined : secondsPerStep(run, epochs, samplesPerSecond)
  return pace === undefined ? undefined : Math.max(0, step + 1 - run.stepsDone) * pace
}

/** The number of the cycle that a step lies in, from 1; undefined beyond the run. */
export const cycleNumber = (run: RunSummary, step: number): number | undefined => {
  const index = compiledOfRun(run).cycleAt(step)?.index
  return index === undefined ? undefined : index + 1
}

/** The step after which it ends as things stand: that of its plan, or of its cycle where it was asked to stop there. */
export const lastStepOf = ({ totalSteps, stopsAfterStep }: RunSummary): number =>
  Math.min(totalSteps - 1, stopsAfterStep ?? totalSteps - 1)

/** Seconds that its epochs took; of less than an epoch, from its start to its end. */
export function trainedSeconds(run: RunSummary, epochs: readonly EpochInfo[]): number | undefined {
  if (epochs.length > 0) return epochs.reduce((sum, { seconds }) => sum + seconds, 0)
  const { startedAt, endedAt } = run
  return startedAt === null || endedAt === null ? undefined : (endedAt - startedAt) / 1000
}

const isOfHere = ({ place }: RunSummary): boolean => place === null

/** How many runs wait before a queued one of this machine. */
export const queuedBefore = (run: RunSummary, runs: readonly RunSummary[]): number =>
  Math.max(
    0,
    queueOf(runs.filter(isOfHere)).findIndex(({ id }) => id === run.id),
  )

/** How many runs train or wait before a queued one of this machine. */
export function runsBefore(run: RunSummary, runs: readonly RunSummary[]): number {
  const active = runs.filter((one) => one.id !== run.id && isActive(one.status) && isOfHere(one))
  return active.length + queuedBefore(run, runs)
}
