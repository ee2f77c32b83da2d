import { trackHandles } from './children.ts'
import type { Handle, SpecPath } from './handles.ts'
import type { SchedulePlan } from './plan.ts'
import type { ScheduleSpec } from './spec.ts'

/**
 * The parameters of a schedule that can be dragged in a drawing of it; their paths begin at the run spec.
 * @param rateAt the planned rate of the whole schedule by step
 * @param openPart which part of the sequence or chain at a path is being edited
 */
export function handlesOf(
  spec: ScheduleSpec,
  { totalSteps, stepsPerEpoch }: SchedulePlan,
  openPart: (path: SpecPath) => number,
  rateAt: (step: number) => number,
): Handle[] {
  const whole = { path: ['schedule'], start: 0, horizon: totalSteps, stepsPerEpoch, totalSteps }
  return trackHandles(spec, { ...whole, isFactor: false, rateAt, openPart }).filter(
    ({ axis, isOfFactor }) => axis === 'time' || !isOfFactor,
  )
}
