import type { CompiledSchedule, SchedulePlan } from '../schedule/index.ts'
import type { RunSpec } from './spec.ts'

/** The snapshots that a rule takes over a plan, from its first step to its last. */
export interface PlannedSnapshots {
  readonly count: number
  /** The cycles listed end before the run does: there are more. */
  readonly atLeast: boolean
  /** The step after which the snapshot at this place of the list, from 0, is taken. */
  stepOf(place: number): number
}

export function plannedSnapshots(
  rule: RunSpec['snapshots'],
  { stepsPerEpoch }: Pick<SchedulePlan, 'stepsPerEpoch'>,
  { cycles, totalSteps }: CompiledSchedule,
): PlannedSnapshots {
  if (rule.at === 'cycleEnds') {
    const steps = cycles.flatMap(({ snapshotStep }) => (snapshotStep === undefined ? [] : [snapshotStep]))
    const atLeast = (cycles.at(-1)?.end ?? totalSteps) < totalSteps
    return { count: steps.length, atLeast, stepOf: (place) => steps[place] ?? 0 }
  }
  if (rule.at === 'steps') {
    const due = [...rule.steps.filter((step) => step < totalSteps), totalSteps]
    return { count: due.length, atLeast: false, stepOf: (place) => (due[place] ?? totalSteps) - 1 }
  }
  const every = rule.at === 'last' ? Number.POSITIVE_INFINITY : rule.every * stepsPerEpoch
  const whole = Math.floor(totalSteps / every)
  return {
    count: whole + (totalSteps % every === 0 ? 0 : 1),
    atLeast: false,
    stepOf: (place) => Math.min((place + 1) * every, totalSteps) - 1,
  }
}
