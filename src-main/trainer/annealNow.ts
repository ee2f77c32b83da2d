import { UserError } from '../../shared/errors.ts'
import { buildPlan, type PlanPosition } from '../../shared/run/plan.ts'
import type { RunSpec } from '../../shared/run/spec.ts'

/**
 * The position whose cycle ends over the next `epochs`, from the step `atStep` on: the given one and one more edit.
 * @throws UserError when the schedule cannot be edited there
 */
export function annealed(
  spec: RunSpec,
  position: PlanPosition,
  atStep: number,
  epochs: number,
): PlanPosition {
  if (position.edits.at(-1)?.atStep === atStep) {
    throw new UserError(
      `While annealing now: the cycle is being ended from step ${atStep} on already; ask again after that step.`,
    )
  }
  const steps = Math.max(1, Math.round(epochs * position.plan.stepsPerEpoch))
  const changed = { ...position, edits: [...position.edits, { kind: 'annealNow', atStep, steps } as const] }
  buildPlan(spec, changed)
  return changed
}
