import { compileTrack, summarizeTrack } from './children.ts'
import { applyEdit, checkEdits, type ScheduleEdit } from './edits.ts'
import { checkPlan, type SchedulePlan } from './plan.ts'
import type { ScheduleSpec } from './spec.ts'
import type { Timeline } from './timeline.ts'

/** @throws UserError for a plan or edits that break a rule */
export function makeTimeline(
  spec: ScheduleSpec,
  plan: SchedulePlan,
  edits: readonly ScheduleEdit[],
): Timeline {
  const { totalSteps, stepsPerEpoch, horizon } = checkPlan(plan)
  const context = { horizon, stepsPerEpoch }
  const track = compileTrack(spec, context)
  const planned: Timeline = {
    ...track,
    range: track.range(Math.max(horizon, totalSteps)),
    text: summarizeTrack(spec, context, totalSteps),
    totalSteps,
    stepsPerEpoch,
    restStep: horizon - 1,
    removed: 0,
  }
  return checkEdits(edits).reduce(applyEdit, planned)
}
