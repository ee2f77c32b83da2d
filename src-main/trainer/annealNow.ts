import { UserError } from '../../shared/errors.ts'
import { buildTimetable, type EditedPlan } from '../../shared/run/plan.ts'
import type { RunSpec } from '../../shared/run/spec.ts'

/**
 * The plan whose cycle ends over the next `epochs`, from the step `atStep` on: the given one and one more edit.
 * @throws UserError when the schedule cannot be edited there
 */
export function annealed(spec: RunSpec, planned: EditedPlan, atStep: number, epochs: number): EditedPlan {
  if (planned.edits.at(-1)?.atStep === atStep) {
    throw new UserError(
      `While annealing now: the cycle is being ended from step ${atStep} on already; ask again after that step.`,
    )
  }
  const steps = Math.max(1, Math.round(epochs * planned.plan.stepsPerEpoch))
  const changed = { ...planned, edits: [...planned.edits, { kind: 'annealNow', atStep, steps } as const] }
  buildTimetable(spec, changed)
  return changed
}
