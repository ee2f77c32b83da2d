import {
  type CompiledSchedule,
  compileSchedule,
  createPlateau,
  type PlateauSpec,
  rateUnderFeedback,
  type SchedulePlan,
} from '../../shared/schedule/index.ts'
import { fromGolden } from './fromGolden.ts'
import { goldenCase, Parameters } from './goldenCase.ts'

export interface GoldenResult {
  lr: number[]
  momentum?: number[]
}

/** The table of a golden case, computed by our schedules; `momentum` only where the schedule moves it. */
export function runGolden(input: unknown): GoldenResult {
  const { spec, plan } = fromGolden(input)
  const compiled = compileSchedule(spec, plan)
  if (compiled.feedback !== undefined) {
    const metrics = new Parameters(goldenCase.parse(input).schedule).metrics('metrics')
    return { lr: ratesUnderFeedback(compiled, compiled.feedback, plan, metrics) }
  }
  const lr: number[] = []
  const momentum: number[] = []
  for (let step = 0; step < compiled.totalSteps; step++) {
    const rates = compiled.at(step)
    lr.push(rates.lr)
    if (rates.momentum !== undefined) momentum.push(rates.momentum)
  }
  return momentum.length > 0 ? { lr, momentum } : { lr }
}

/** The trainer's loop with plateau: metric e is seen after epoch e. */
function ratesUnderFeedback(
  compiled: CompiledSchedule,
  feedback: PlateauSpec,
  plan: SchedulePlan,
  metrics: readonly (number | null)[],
): number[] {
  const lr: number[] = []
  let plateau = createPlateau(feedback)
  for (let step = 0; step < compiled.totalSteps; step++) {
    lr.push(rateUnderFeedback(compiled.at(step).lr, feedback, plateau.state))
    const done = step + 1
    if (done % plan.stepsPerEpoch === 0) {
      plateau = plateau.observe(metrics[done / plan.stepsPerEpoch - 1] ?? null)
    }
  }
  return lr
}
