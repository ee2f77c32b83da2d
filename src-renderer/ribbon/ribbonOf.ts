import type { FeedbackInfo, RunSummary } from '../../shared/api/runs.ts'
import { buildTimetable, type EditedPlan, type Timetable } from '../../shared/run/plan.ts'
import { plannedSnapshots } from '../../shared/run/plannedSnapshots.ts'
import { nameText, snapshotName } from '../../shared/run/snapshotName.ts'
import type { RunSpec } from '../../shared/run/spec.ts'
import { type CompiledSchedule, rateUnderFeedback } from '../../shared/schedule/index.ts'
import { drawnDots, mostPlanned, type PlannedSnapshot, type SnapshotDots, snapshotDots } from './dots.ts'
import { type SampledRates, sampleRates } from './sample.ts'
import type { RibbonData } from './types.ts'

/*
 * What a ribbon draws, made from a run's row or from a schedule that has not been launched. The plan's part is the same
 * for every row that a live run replaces four times a second, so it is kept by what it is made of.
 */

interface Planned {
  readonly curve: SampledRates
  readonly schedule: CompiledSchedule
  readonly snapshots: readonly PlannedSnapshot[]
}

const keptPlans = 300

const plans = new Map<string, Planned>()
const ribbons = new WeakMap<RunSummary, RibbonData>()
const dots = new WeakMap<RunSummary, SnapshotDots>()

/** The same object for the same row. */
export function ribbonOfRun(run: RunSummary): RibbonData {
  const known = ribbons.get(run)
  if (known !== undefined) return known
  const made = makeRibbon(run)
  ribbons.set(run, made)
  return made
}

/** Every snapshot of a run, drawn or not; the same object for the same row. */
export function dotsOfRun(run: RunSummary): SnapshotDots {
  const known = dots.get(run)
  if (known !== undefined) return known
  const { snapshots, schedule } = plannedOf(run.spec, run)
  const last = lastPlannedStep(run)
  const coming = snapshots.filter(({ step }) => step <= last)
  const made = snapshotDots(run, coming, rateBy(schedule))
  dots.set(run, made)
  return made
}

/** With the cuts of a feedback schedule (plateau), which the row alone does not hold. */
export function ribbonUnderFeedback(run: RunSummary, cuts: readonly FeedbackInfo[]): RibbonData {
  const ribbon = ribbonOfRun(run)
  const policy = plannedOf(run.spec, run).schedule.feedback
  if (policy === undefined || cuts.length === 0) return ribbon
  const cutRate = (planned: number, step: number): number => {
    const cut = cuts.findLast((one) => one.step < step)
    if (cut === undefined) return planned
    return rateUnderFeedback(planned, policy, { lr: cut.lr, best: null, badEpochs: 0, cooldown: 0 })
  }
  return {
    ...ribbon,
    rates: ribbon.rates.map((rate, i) => cutRate(rate, ribbon.steps[i] ?? 0)),
    dots: ribbon.dots.map((dot) => ({ ...dot, rate: cutRate(dot.rate, dot.step) })),
  }
}

const rateBy =
  (schedule: CompiledSchedule) =>
  (step: number): number =>
    schedule.at(Math.min(step, schedule.totalSteps - 1)).lr

export const compiledOfRun = (run: RunSummary): CompiledSchedule => plannedOf(run.spec, run).schedule

/** What lies beyond the end of the cycle is not drawn of a run that stops there. */
const lastDrawnStep = ({ stopsAfterStep }: RunSummary): number => stopsAfterStep ?? Number.POSITIVE_INFINITY

/** A failed run has ended: no snapshot of it is drawn as coming. */
const lastPlannedStep = (run: RunSummary): number =>
  run.status === 'failed' ? run.stepsDone - 1 : lastDrawnStep(run)

function makeRibbon(run: RunSummary): RibbonData {
  const planned = plannedOf(run.spec, run)
  const last = lastDrawnStep(run)
  const { steps, rates } = planned.curve
  const points = steps.findLastIndex((step) => step <= last) + 1
  return {
    totalSteps: planned.schedule.totalSteps,
    stepsDone: run.stepsDone,
    steps: steps.slice(0, points),
    rates: rates.slice(0, points),
    cycles: planned.schedule.cycles.filter(({ start }) => start <= last),
    ...drawnDots(dotsOfRun(run), rateBy(planned.schedule)),
  }
}

function plannedOf(spec: RunSpec, { planned }: RunSummary): Planned {
  const key = JSON.stringify([spec.schedule, spec.snapshots, planned])
  const known = plans.get(key)
  if (known !== undefined) return known
  const timetable = buildTimetable(spec, planned)
  const made = {
    curve: sampleRates(timetable.schedule),
    schedule: timetable.schedule,
    snapshots: snapshotsOf(spec, planned, timetable),
  }
  plans.set(key, made)
  const oldest = plans.keys().next()
  if (plans.size > keptPlans && oldest.done !== true) plans.delete(oldest.value)
  return made
}

/** Step and name of the snapshots of a plan, ascending. */
function snapshotsOf(spec: RunSpec, planned: EditedPlan, timetable: Timetable): PlannedSnapshot[] {
  const { count, stepOf } = plannedSnapshots(spec.snapshots, timetable, timetable.schedule)
  return Array.from({ length: Math.min(count, mostPlanned) }, (_, place) => stepOf(place)).flatMap((step) => {
    const cycle = timetable.snapshotAfter(step)
    return cycle === undefined
      ? []
      : [{ step, name: nameText(snapshotName({ spec, planned }, { cycle, step })) }]
  })
}
