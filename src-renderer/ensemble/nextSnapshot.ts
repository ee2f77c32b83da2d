import type { RunSummary } from '../../shared/api/runs.ts'
import { buildTimetable } from '../../shared/run/plan.ts'

export interface NextSnapshot {
  /** The step after which it is taken, from 0. */
  readonly step: number
  /** Epochs trained by then. */
  readonly epochs: number
}

/** The next snapshot a run will take under its plan; undefined when none is left to come. */
export function nextSnapshot(
  run: Pick<RunSummary, 'spec' | 'planned' | 'stepsDone'>,
): NextSnapshot | undefined {
  const { schedule, totalSteps, stepsPerEpoch } = buildTimetable(run.spec, run.planned)
  const rule = run.spec.snapshots
  const at = (step: number): NextSnapshot => ({ step, epochs: (step + 1) / stepsPerEpoch })
  if (run.stepsDone >= totalSteps) return undefined
  if (rule.at === 'last') return at(totalSteps - 1)
  if (rule.at === 'epochs') {
    const every = rule.every * stepsPerEpoch
    return at(Math.min(totalSteps, (Math.floor(run.stepsDone / every) + 1) * every) - 1)
  }
  if (rule.at === 'steps') {
    const next = rule.steps.find((step) => step > run.stepsDone) ?? totalSteps
    return at(Math.min(totalSteps, next) - 1)
  }
  let cycle = schedule.cycleAt(run.stepsDone)
  while (cycle !== undefined && cycle.snapshotStep === undefined) {
    cycle = cycle.end < totalSteps ? schedule.cycleAt(cycle.end) : undefined
  }
  return cycle?.snapshotStep === undefined ? undefined : at(cycle.snapshotStep)
}
