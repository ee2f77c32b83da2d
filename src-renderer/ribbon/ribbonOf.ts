import type { FeedbackInfo, RunSummary } from '../../shared/api/runs.ts'
import { buildPlan, type TrainingPlan } from '../../shared/run/plan.ts'
import type { RunSpec } from '../../shared/run/spec.ts'
import { type CompiledSchedule, rateUnderFeedback } from '../../shared/schedule/index.ts'
import { type SampledRates, sampleRates } from './sample.ts'
import type { RibbonData, RibbonDot } from './types.ts'

/*
 * What a ribbon draws, made from a run's row or from a schedule that has not been launched. The plan's part is the same
 * for every row that a live run replaces four times a second, so it is kept by what it is made of.
 */

interface Planned {
  readonly curve: SampledRates
  readonly schedule: CompiledSchedule
  /** Step and number of the snapshots to come. */
  readonly snapshots: readonly { readonly step: number; readonly cycle: number }[]
}

/** Dots beyond these would be a bar; a run of 10⁵ one-step cycles has a plan too. */
const maxDots = 500
const keptPlans = 300

const plans = new Map<string, Planned>()
const ribbons = new WeakMap<RunSummary, RibbonData>()

/** The same object for the same row. */
export function ribbonOfRun(run: RunSummary): RibbonData {
  const known = ribbons.get(run)
  if (known !== undefined) return known
  const made = makeRibbon(run)
  ribbons.set(run, made)
  return made
}

/** With the cuts of a feedback schedule (plateau), which the row alone does not hold. */
export function ribbonUnderFeedback(run: RunSummary, cuts: readonly FeedbackInfo[]): RibbonData {
  const ribbon = ribbonOfRun(run)
  const policy = plannedOf(run.spec, run).schedule.feedback
  if (policy === undefined || cuts.length === 0) return ribbon
  const rates = ribbon.rates.map((planned, i) => {
    const step = ribbon.steps[i] ?? 0
    const cut = cuts.findLast((one) => one.step < step)
    if (cut === undefined) return planned
    return rateUnderFeedback(planned, policy, { lr: cut.lr, best: null, badEpochs: 0, cooldown: 0 })
  })
  return { ...ribbon, rates }
}

/** Of a plan that has not been launched. @param snapshotSteps the steps after which a snapshot is taken, ascending */
export function ribbonOfPlan(compiled: CompiledSchedule, snapshotSteps: readonly number[]): RibbonData {
  return {
    totalSteps: compiled.totalSteps,
    stepsDone: 0,
    ...sampleRates(compiled),
    cycles: compiled.cycles,
    dots: snapshotSteps.slice(0, maxDots).map((step, i) => plannedDot(step, i + 1)),
  }
}

export const compiledOfRun = (run: RunSummary): CompiledSchedule => plannedOf(run.spec, run).schedule

function makeRibbon(run: RunSummary): RibbonData {
  const planned = plannedOf(run.spec, run)
  return {
    totalSteps: planned.schedule.totalSteps,
    stepsDone: run.stepsDone,
    ...planned.curve,
    cycles: planned.schedule.cycles,
    dots: dotsOf(run, planned),
  }
}

function plannedOf(spec: RunSpec, { position }: RunSummary): Planned {
  const key = JSON.stringify([spec.schedule, spec.snapshots, position])
  const known = plans.get(key)
  if (known !== undefined) return known
  const plan = buildPlan(spec, position)
  const made = {
    curve: sampleRates(plan.schedule),
    schedule: plan.schedule,
    snapshots: snapshotsOf(spec, plan),
  }
  plans.set(key, made)
  const oldest = plans.keys().next()
  if (plans.size > keptPlans && oldest.done !== true) plans.delete(oldest.value)
  return made
}

function snapshotsOf(spec: RunSpec, plan: TrainingPlan): { step: number; cycle: number }[] {
  const found: { step: number; cycle: number }[] = []
  for (const step of candidateSteps(spec, plan)) {
    const cycle = plan.snapshotAfter(step)
    if (cycle !== undefined) found.push({ step, cycle })
    if (found.length >= maxDots) break
  }
  return found
}

/** Every step that may have a snapshot, ascending; `snapshotAfter` decides. */
function* candidateSteps({ snapshots }: RunSpec, plan: TrainingPlan): Generator<number> {
  const last = plan.totalSteps - 1
  if (snapshots.at === 'cycleEnds') {
    for (const cycle of plan.schedule.cycles) if (cycle.snapshotStep !== undefined) yield cycle.snapshotStep
    return
  }
  if (snapshots.at === 'epochs') {
    const every = snapshots.every * plan.stepsPerEpoch
    for (let step = every - 1; step < last; step += every) yield step
  }
  yield last
}

function dotsOf(run: RunSummary, { snapshots }: Planned): RibbonDot[] {
  const score = (one: RunSummary['snapshots'][number]): number => one.valAccuracy ?? one.testAccuracy ?? -1
  const best = run.snapshots.reduce<RunSummary['snapshots'][number] | undefined>(
    (top, one) => (top === undefined || score(one) > score(top) ? one : top),
    undefined,
  )
  const stored = run.snapshots.map((one): RibbonDot => {
    const state = one === best && run.snapshots.length > 1 ? 'best' : 'stored'
    const label = `cycle ${one.cycle}, ${scoreWords(one)}${state === 'best' ? ', the best' : ''}`
    return { step: one.step, cycle: one.cycle, state, snapshotId: one.id, label }
  })
  const there = new Set(run.snapshots.map(({ step }) => step))
  const others = snapshots
    .filter(({ step }) => !there.has(step))
    .map(({ step, cycle }) => (step < run.stepsDone ? lostDot(step, cycle) : plannedDot(step, cycle)))
  return [...stored, ...others].sort((a, b) => a.step - b.step)
}

function scoreWords({ valAccuracy, testAccuracy }: RunSummary['snapshots'][number]): string {
  if (valAccuracy !== null) return `${(100 * valAccuracy).toFixed(1)} % validation accuracy`
  if (testAccuracy !== null) return `${(100 * testAccuracy).toFixed(1)} % test accuracy`
  return 'not evaluated'
}

const plannedDot = (step: number, cycle: number): RibbonDot => ({
  step,
  cycle,
  state: 'planned',
  label: `cycle ${cycle}, snapshot planned after step ${step + 1}`,
})

const lostDot = (step: number, cycle: number): RibbonDot => ({
  step,
  cycle,
  state: 'lost',
  label: `cycle ${cycle}, snapshot lost`,
})
