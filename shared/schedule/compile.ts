import { UserError } from '../errors.ts'
import { type Cycle, createCycleFinder, listCycles } from './cycles.ts'
import type { ScheduleEdit } from './edits.ts'
import type { SchedulePlan } from './plan.ts'
import { makeTimeline } from './plannedTimeline.ts'
import type { ScheduleSpec } from './spec.ts'
import { summarize } from './summary.ts'
import type { Timeline } from './timeline.ts'
import type { PlateauPolicy, RateRange } from './track.ts'

/** What the optimizer uses in one step: the learning rate, and SGD's momentum or Adam's beta1 where the schedule moves it. */
export interface StepRates {
  lr: number
  momentum?: number
}

export interface CompiledSchedule {
  /** Steps of the run after edits. */
  readonly totalSteps: number
  /**
   * The values of step `step`, counted from 0. Always the same for the same step. It takes time for the edits, nested
   * schedules and (by bisection) milestones there are, not for the steps before it, except that a recursive chain computes
   * these once.
   * @throws RangeError outside 0 .. totalSteps-1
   */
  at(step: number): StepRates
  /** Listed on first use; see `maxListedCycles`. */
  readonly cycles: readonly Cycle[]
  /** Also of cycles beyond those listed; undefined beyond the run. */
  cycleAt(step: number): Cycle | undefined
  /** Plain words for people. */
  readonly summary: string
  /** Bounds of the planned rate over the launch budget and the run (a formula's are measured at up to 4096 steps). */
  readonly range: RateRange
  /**
   * Present for plateau: `at` gives the base rate; the trainer keeps a policy from `createPlateau(feedback)`, shows it the
   * metric after every epoch, and uses `rateUnderFeedback`.
   */
  readonly feedback?: PlateauPolicy
}

/** @throws UserError for a plan, edits or formula that break a rule, or a rate that overflows within the plan */
export function compileSchedule(
  spec: ScheduleSpec,
  plan: SchedulePlan,
  edits: readonly ScheduleEdit[] = [],
): CompiledSchedule {
  const line = makeTimeline(spec, plan, edits)
  checkFinite(line)
  const { totalSteps, range, feedback } = line
  const cycles = lazy(() => listCycles(line))
  const summary = lazy(() => summarize(line, cycles(), edits))
  return {
    totalSteps,
    range,
    ...(feedback && { feedback }),
    at(step) {
      if (!Number.isInteger(step) || step < 0 || step >= totalSteps) {
        throw new RangeError(`step must be a whole number from 0 to ${totalSteps - 1}, not ${step}`)
      }
      const lr = line.lr(step)
      const momentum = line.momentum?.(step)
      return momentum === undefined ? { lr } : { lr, momentum }
    },
    cycleAt: createCycleFinder(line, cycles),
    get cycles() {
      return cycles()
    },
    get summary() {
      return summary()
    },
  }
}

/** The bounds of the rate are those of all its parts, so where both are finite every step's rate is. */
function checkFinite({ range: { lrMin, lrMax } }: Timeline): void {
  if (Number.isFinite(lrMin) && Number.isFinite(lrMax)) return
  const reached = Number.isNaN(lrMin) || Number.isNaN(lrMax) ? 'no number' : `${lrMax}`
  throw new UserError(
    `While compiling the schedule: the rate must be finite at every step (in this plan it reaches ${reached}); use a smaller gamma or a shorter run.`,
  )
}

function lazy<T>(make: () => T): () => T {
  let made: { value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
