import { parseSchedule, type SchedulePlan, type ScheduleSpec } from '../../shared/schedule/index.ts'
import { fromFormula } from './fromFormula.ts'
import { fromPyTorch } from './fromPyTorch.ts'
import { fromSurveyCode } from './fromSurveyCode.ts'
import { goldenCase, Parameters } from './goldenCase.ts'

/**
 * A golden case as one of our specs and plans.
 * @throws Error when the case names an unknown type or lacks a parameter
 */
export function fromGolden(input: unknown): { spec: ScheduleSpec; plan: SchedulePlan } {
  const { schedule, totalSteps, stepsPerEpoch } = goldenCase.parse(input)
  const plan = { totalSteps, stepsPerEpoch }
  // A table of a family that is ours alone gives the spec as Anneal reads it.
  if ('kind' in schedule) return { spec: parseSchedule(schedule), plan }
  const parameters = new Parameters(schedule)
  const spec = fromPyTorch(parameters) ?? fromSurveyCode(parameters) ?? fromFormula(parameters)
  if (spec === undefined) throw new Error(`unknown golden schedule type ${parameters.text('type')}`)
  return { spec: parseSchedule(spec), plan }
}
