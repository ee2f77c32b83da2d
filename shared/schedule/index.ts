/** Schedules: spec (JSON) → compiled schedule → the rate of every step. Everything outside this folder imports this file. */
export { type CompiledSchedule, compileSchedule, type StepRates } from './compile.ts'
export { type Cycle, maxListedCycles } from './cycles.ts'
export { type ScheduleEdit, scheduleEdit } from './edits.ts'
export { type Budget, extendPlan, wholeCyclesBudget } from './extend.ts'
export type { PlateauSpec } from './families/plateau.ts'
export { createPlateau, type Plateau, type PlateauState, rateUnderFeedback } from './feedback.ts'
export { maxSteps, type SchedulePlan } from './plan.ts'
export { parseSchedule, type ScheduleKind, type ScheduleSpec, scheduleKinds, scheduleSpec } from './spec.ts'
