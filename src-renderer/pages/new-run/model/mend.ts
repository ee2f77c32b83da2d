import type { RunSpec } from '../../../../shared/run/spec.ts'
import {
  type CompiledSchedule,
  type SchedulePlan,
  type ScheduleSpec,
  wholeCyclesBudgets,
} from '../../../../shared/schedule/index.ts'
import { budgetText } from '../../../format/specText.ts'

/** A last cycle that the budget cuts, and the budgets that would not. */
export interface Cut {
  /** "Cycle 4 will be cut at 37 %: no snapshot." */
  readonly words: string
  /** The shorter budget first. */
  readonly budgets: readonly MendedBudget[]
}

export interface MendedBudget {
  readonly budget: RunSpec['budget']
  /** "Make the budget 70 epochs", "or 150 epochs" */
  readonly button: string
}

export function cutOf(
  schedule: ScheduleSpec,
  plan: SchedulePlan,
  { cycles, totalSteps }: CompiledSchedule,
  budget: RunSpec['budget'],
): Cut | undefined {
  const last = cycles.at(-1)
  if (last === undefined || last.complete || last.end < totalSteps) return undefined
  const percent = Math.floor((100 * (last.end - last.start)) / (last.plannedEnd - last.start))
  const words = `Cycle ${last.index + 1} will be cut at ${percent < 1 ? 'less than 1' : percent} %: no snapshot.`
  const budgets = wholeCyclesBudgets(schedule, plan).map(({ totalSteps: steps }, i) => {
    const mended = budgetFor(steps, plan.stepsPerEpoch, budget)
    return { budget: mended, button: `${i === 0 ? 'Make the budget' : 'or'} ${budgetText(mended)}` }
  })
  return { words, budgets }
}

/** In the unit of the present budget where that says the steps exactly in at most three decimals. */
function budgetFor(steps: number, stepsPerEpoch: number, budget: RunSpec['budget']): RunSpec['budget'] {
  if ('steps' in budget) return { steps }
  const epochs = Number((steps / stepsPerEpoch).toFixed(3))
  return Math.round(epochs * stepsPerEpoch) === steps ? { epochs } : { steps }
}
