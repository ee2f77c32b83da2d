import type { Estimate } from '../../../../shared/api/runs.ts'
import type { RunSpec } from '../../../../shared/run/spec.ts'
import type { SchedulePlan } from '../../../../shared/schedule/index.ts'
import { counted, duration, thin } from '../../../format/format.ts'
import { budgetText } from '../../../format/specText.ts'
import type { Snapshots } from './preview.ts'

/** "12 epochs, 4 snapshots". */
export function sizeText(spec: RunSpec, { count, atLeast }: Snapshots): string {
  const snapshots = count === 0 ? 'no snapshot' : counted(count, 'snapshot')
  return `${budgetText(spec.budget)}, ${atLeast ? `at least ${snapshots}` : snapshots}`
}

/**
 * Seconds that a run of this plan would take: its steps, an evaluation after its epochs and one for every snapshot; where an
 * average of the weights is kept, it is evaluated with every snapshot too.
 */
export function secondsOf(
  { secondsPerStep, secondsPerEvaluation }: Estimate,
  spec: RunSpec,
  plan: SchedulePlan,
  snapshots: Snapshots,
): number {
  const epochs = plan.totalSteps / plan.stepsPerEpoch
  const evaluations =
    Math.ceil(epochs / spec.evaluation.everyEpochs) + snapshots.count * (spec.ema === undefined ? 1 : 2)
  return plan.totalSteps * secondsPerStep + evaluations * (secondsPerEvaluation ?? 0)
}

/** "about 3 min": a time that was estimated is not told to the second. */
export function aboutTime(seconds: number): string {
  if (seconds < 10) return `about ${Math.max(1, Math.round(seconds))}${thin}s`
  if (seconds < 55) return `about ${5 * Math.round(seconds / 5)}${thin}s`
  if (seconds < 3570) return `about ${Math.max(1, Math.round(seconds / 60))}${thin}min`
  return `about ${duration(seconds)}`
}

/** What the time was taken from: "by a past run like it", "as measured just now". */
export const estimateSource = ({ source }: Estimate): string =>
  source === 'measured' ? 'as measured just now' : 'by a past run like it'

/** The same to the step, for who wants to know. */
export const estimateDetail = (estimate: Estimate): string =>
  `${stepTime(estimate.secondsPerStep)} a step, ${estimateSource(estimate)}, on ${estimate.device}`

const stepTime = (seconds: number): string =>
  seconds < 1 ? `${Number((1000 * seconds).toPrecision(2))}${thin}ms` : duration(seconds)

/**
 * What an estimate depends on: the schedule, the budget, the seed and the name do not change how long a step takes, so
 * that designing does not measure again.
 */
export const costKey = ({ name: _, ...spec }: RunSpec): RunSpec => ({
  ...spec,
  schedule: { kind: 'constant', lr: 0.01 },
  budget: { epochs: 1 },
  snapshots: { at: 'last' },
  evaluation: { everyEpochs: 1 },
  seed: 1,
})
