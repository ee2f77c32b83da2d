import type { RunSpec } from '../run/spec.ts'
import { rescaleSchedule } from '../schedule/index.ts'

/** A run over a share of its budget: with its schedule rescaled to that, and at least one step. @param share in 0..1 */
export function specAtBudget(spec: RunSpec, share: number): RunSpec {
  if (share === 1) return spec
  return { ...spec, budget: budgetAt(spec.budget, share), schedule: rescaleSchedule(spec.schedule, share) }
}

function budgetAt(budget: RunSpec['budget'], share: number): RunSpec['budget'] {
  if ('steps' in budget) return { steps: Math.max(1, Math.round(budget.steps * share)) }
  // Without the digits that multiplication leaves.
  return { epochs: Number((budget.epochs * share).toPrecision(12)) }
}
