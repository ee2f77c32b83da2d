import { type SchedulePlan, type ScheduleSpec, wholeCyclesBudget } from '../../shared/schedule/index.ts'
import { plural } from './format.ts'

/** The budget that ends where a cycle ends, in a sentence; nothing where the last cycle is whole. */
export function suggestWholeCycles(spec: ScheduleSpec, plan: SchedulePlan): string {
  const better = wholeCyclesBudget(spec, plan)
  if (better === undefined) return ''
  const steps = plural(better.totalSteps, 'step')
  const inEpochs = plan.stepsPerEpoch > 1 && Number.isInteger(better.epochs)
  const budget = inEpochs ? `${plural(better.epochs, 'epoch')} (${steps})` : steps
  return `The budget cuts the last cycle short. Make the budget ${budget} and its last cycle is whole.\n`
}
