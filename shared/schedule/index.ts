/** Schedules: spec (JSON) → compiled schedule → the rate of every step. Everything outside this folder imports this file. */

export { checkRates, formulaPaths, partPaths } from './checkRates.ts'
export { scheduleLabel, writtenPeak } from './children.ts'
export { type CompiledSchedule, compileSchedule, type StepRates } from './compile.ts'
export { type Cycle, maxListedCycles } from './cycles.ts'
export { type ScheduleEdit, scheduleEdit } from './edits.ts'
export { type ExportTarget, exportLibraries, exportSchedule, exportTargets } from './export/exportSchedule.ts'
export { parityFiles } from './export/parityFiles.ts'
export { type ScriptArguments, scriptArguments } from './export/scriptArguments.ts'
export { scheduleCsv } from './export/valuesCsv.ts'
export {
  type Budget,
  type Extension,
  endsOpen,
  extendPlan,
  extendPlanBy,
  usualExtension,
  wholeCyclesBudget,
  wholeCyclesBudgets,
} from './extend.ts'
export { familyGroups } from './family.ts'
export { createPlateau, type Plateau, type PlateauState, rateUnderFeedback } from './feedback.ts'
export { type FieldInfo, type FieldMeta, type FieldUnit, fieldsOf } from './fieldMeta.ts'
export { initialText, kindTable } from './fieldText.ts'
export type { Handle, SpecPath } from './handles.ts'
export { handlesOf } from './handlesOf.ts'
export { maxSteps, type SchedulePlan } from './plan.ts'
export { findPreset, type Preset, presets } from './presets.ts'
export {
  changesForRates,
  type FieldChange,
  type FoundRates,
  type RatePlace,
  ratePlaces,
} from './rateFields.ts'
export { rescaleSchedule, scaleRates } from './rescale.ts'
export {
  type AnyFamily,
  findFamily,
  followsFeedback,
  parseSchedule,
  type ScheduleKind,
  type ScheduleSpec,
  scheduleFamilies,
  scheduleKinds,
  scheduleSpec,
} from './spec.ts'
export type { PlateauPolicy as PlateauSpec } from './track.ts'
