import { UserError } from '../errors.ts'
import { type Cycle, findCycle, listCycles } from './cycles.ts'
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
   * The values of step `step`, counted from 0. Pure; O(1), or O(log n) in the pieces of a sequence or a list of milestones.
   * @throws RangeError outside 0 .. totalSteps-1
   */
  at(step: number): StepRates
  /** Listed on first use; see `maxListedCycles`. */
  readonly cycles: readonly Cycle[]
  cycleAt(step: number): Cycle | undefined
  /** Plain words for people. */
  readonly summary: string
  /** Bounds of the planned rate (a formula's are measured at up to 4096 steps). */
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
  const summary = lazy(() => summarize(line, cycles()))
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
    cycleAt: (step) => findCycle(cycles(), step),
    get cycles() {
      return cycles()
    },
    get summary() {
      return summary()
    },
  }
}

/** Only a growing rate can overflow, and it is largest at an end of the run. */
function checkFinite(line: Timeline): void {
  for (const step of [0, line.totalSteps - 1]) {
    const lr = line.lr(step)
    if (Number.isFinite(lr)) continue
    throw new UserError(
      `While compiling the schedule: the rate must be finite at every step (received ${lr} at step ${step}); use a smaller gamma or a shorter run.`,
    )
  }
}

function lazy<T>(make: () => T): () => T {
  let made: { value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
