import fc from 'fast-check'
import { presets, type SchedulePlan, type ScheduleSpec } from '../../shared/schedule/index.ts'
import { anyPlan, anySpec } from '../shared/schedule/arbitrarySpec.ts'

interface PlannedSchedule {
  readonly name: string
  readonly spec: ScheduleSpec
  readonly plan: SchedulePlan
}

const presetPlan = { totalSteps: 700, stepsPerEpoch: 7 }

/** Every preset over 100 epochs, and 100 schedules of every family drawn with a fixed seed. */
export const interopSchedules: readonly PlannedSchedule[] = [
  ...presets.map(({ id, spec }) => ({ name: id, spec, plan: presetPlan })),
  ...fc
    .sample(fc.tuple(anySpec, anyPlan), { numRuns: 100, seed: 20_261_130 })
    .map(([spec, plan], index) => ({ name: `random ${index + 1}, ${spec.kind}`, spec, plan })),
]
