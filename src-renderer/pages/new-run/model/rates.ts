import type { RunSummary } from '../../../../shared/api/runs.ts'
import type { RunSpec } from '../../../../shared/run/spec.ts'
import {
  changesForRates,
  type FoundRates,
  type RatePlace,
  ratePlaces,
  type SchedulePlan,
} from '../../../../shared/schedule/index.ts'
import { getAt, setAt } from './tree.ts'

/* Rates that were found into the draft. */

/** A schedule with the rates in the fields of one place. */
export const scheduleWithRates = (
  schedule: unknown,
  place: RatePlace,
  rates: FoundRates,
  plan: SchedulePlan | undefined,
): unknown =>
  changesForRates(schedule, place.path, rates, plan).reduce<unknown>(
    (tree, { path, value }) => setAt(tree, path, value),
    schedule,
  )

/** A run's spec with the rates in the first place that its schedule has for them; as it is where it has none. */
export function withRates(spec: unknown, rates: FoundRates, plan: SchedulePlan): unknown {
  const schedule = getAt(spec, ['schedule'])
  const [place] = ratePlaces(schedule)
  if (place === undefined) return spec
  return setAt(spec, ['schedule'], scheduleWithRates(schedule, place, rates, plan))
}

/** The plan of a run of a spec on the data and with the batches of another run. */
export function stepsOf(
  { planned }: Pick<RunSummary, 'planned'>,
  { budget }: Pick<RunSpec, 'budget'>,
): SchedulePlan {
  const { stepsPerEpoch } = planned.plan
  const totalSteps = 'steps' in budget ? budget.steps : Math.round(budget.epochs * stepsPerEpoch)
  return { totalSteps: Math.max(1, totalSteps), stepsPerEpoch }
}
