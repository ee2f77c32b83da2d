import { plannedSnapshots } from '../../../../shared/run/plannedSnapshots.ts'
import type { RunSpec } from '../../../../shared/run/spec.ts'
import type { CompiledSchedule, SchedulePlan } from '../../../../shared/schedule/index.ts'
import { afterSteps } from '../../../format/format.ts'
import { evenPlaces, sampleRates } from '../../../ribbon/sample.ts'
import type { RibbonData } from '../../../ribbon/types.ts'

/** What the designer draws of a schedule: a few hundred points, however many steps it has. */
export interface Preview {
  readonly steps: readonly number[]
  readonly rates: readonly number[]
  /** undefined where the schedule leaves the momentum to the optimizer. */
  readonly momenta: readonly (number | null)[] | undefined
}

export function previewOf(compiled: CompiledSchedule): Preview {
  const { steps, rates } = sampleRates(compiled)
  if (compiled.at(0).momentum === undefined && compiled.at(compiled.totalSteps - 1).momentum === undefined) {
    const some = steps.some((step) => compiled.at(step).momentum !== undefined)
    if (!some) return { steps, rates, momenta: undefined }
  }
  return { steps, rates, momenta: steps.map((step) => compiled.at(step).momentum ?? null) }
}

/** Dots and marks beyond these would be a bar. */
const maxMarks = 300

export interface Snapshots {
  readonly count: number
  /** The cycles listed end before the run does: there are more. */
  readonly atLeast: boolean
  /** Those drawn: all of them, or of very many some evenly taken, the first and the last among them. */
  readonly drawn: readonly { readonly number: number; readonly step: number }[]
}

/** The snapshots that a rule takes over a plan. */
export function snapshotsOf(
  rule: RunSpec['snapshots'],
  plan: SchedulePlan,
  compiled: CompiledSchedule,
): Snapshots {
  const { count, atLeast, stepOf } = plannedSnapshots(rule, plan, compiled)
  const drawn = evenPlaces(count, maxMarks).map((place) => ({ number: place + 1, step: stepOf(place) }))
  return { count, atLeast, drawn }
}

export function ribbonOf(compiled: CompiledSchedule, preview: Preview, snapshots: Snapshots): RibbonData {
  return {
    totalSteps: compiled.totalSteps,
    stepsDone: 0,
    steps: preview.steps,
    rates: preview.rates,
    cycles: compiled.cycles,
    dots: snapshots.drawn.map(({ step, number }) => ({
      step,
      name: `snapshot ${number}`,
      state: 'planned',
      rate: compiled.at(step).lr,
      label: `snapshot ${number}, ${afterSteps(step)}`,
    })),
    dotCount: snapshots.count,
  }
}
