import { show, UserError } from '../errors.ts'
import {
  type CompiledSchedule,
  compileSchedule,
  endsOpen,
  type ScheduleEdit,
  type SchedulePlan,
} from '../schedule/index.ts'
import type { RunSpec } from './spec.ts'

/** Where a run goes: its steps, and what happens after which of them. Steps count from 0. */
export interface Timetable {
  /** Whole batches an epoch; the examples left over are dropped, others each epoch, so that shapes stay constant. */
  readonly stepsPerEpoch: number
  readonly totalSteps: number
  readonly schedule: CompiledSchedule
  /** The highest rate the run was launched to reach: what a decay that follows the rate is measured by. */
  readonly launchLrMax: number
  /** Whether the model is evaluated on validation data after this step. */
  evaluatesAfter(step: number): boolean
  /**
   * The number (from 1) of the snapshot taken after this step, or undefined when none is: that of its cycle, or under the
   * rules `epochs`, `steps` and `last` one more than the snapshots due before it. Numbers grow with the steps, and a step keeps its
   * number when the run is extended or edited.
   */
  snapshotAfter(step: number): number | undefined
}

/**
 * What is stored of it with a run: the plan changes when the run is extended, the edits when its schedule is edited.
 * totalSteps leaves the edits out; `buildTimetable` applies them.
 */
export interface EditedPlan {
  readonly plan: SchedulePlan
  readonly edits: readonly ScheduleEdit[]
}

/** Batches in one epoch. @throws UserError when one batch is more than the whole training part */
function stepsPerEpoch(trainCount: number, batchSize: number): number {
  if (batchSize > trainCount) {
    throw new UserError(
      `While planning the run: batchSize must be at most the number of training examples, ${trainCount} (received ${batchSize}); make the batch smaller.`,
    )
  }
  return Math.floor(trainCount / batchSize)
}

/** The schedule plan a fresh run starts with. */
export function initialPlan(spec: RunSpec, trainCount: number): SchedulePlan {
  const perEpoch = stepsPerEpoch(trainCount, spec.batchSize)
  const totalSteps = 'steps' in spec.budget ? spec.budget.steps : Math.round(spec.budget.epochs * perEpoch)
  if (totalSteps < 1) {
    throw new UserError(
      `While planning the run: budget must come to at least one step, of which an epoch has ${perEpoch} (received ${show(spec.budget)}); give more epochs.`,
    )
  }
  const lastSnapshot = spec.snapshots.at === 'steps' ? (spec.snapshots.steps.at(-1) ?? 0) : 0
  if (lastSnapshot > totalSteps) {
    throw new UserError(
      `While planning the run: snapshots.steps must be at most ${totalSteps}, the steps of the run (received ${lastSnapshot}); take it out, or make the budget larger.`,
    )
  }
  return { totalSteps, stepsPerEpoch: perEpoch, scheduleSteps: totalSteps }
}

/** Compiles the schedule of the edited plan, and lays evaluation and snapshot points over it. */
export function buildTimetable(spec: RunSpec, planned: EditedPlan): Timetable {
  const perEpoch = planned.plan.stepsPerEpoch
  const schedule = compileSchedule(spec.schedule, planned.plan, planned.edits)
  // A rising schedule goes higher when it is extended; a decay measured by that would change steps already planned.
  const launched = { ...planned.plan, totalSteps: planned.plan.scheduleSteps ?? planned.plan.totalSteps }
  const { totalSteps } = schedule
  const snapshotAfter = snapshotRule(spec, planned.plan, schedule)
  const isLast = (step: number): boolean => step === totalSteps - 1
  const endsEpoch = (step: number): boolean => (step + 1) % perEpoch === 0
  const epochOf = (step: number): number => Math.ceil((step + 1) / perEpoch)
  return {
    stepsPerEpoch: perEpoch,
    totalSteps,
    schedule,
    launchLrMax: compileSchedule(spec.schedule, launched).range.lrMax,
    evaluatesAfter: (step) =>
      isLast(step) || (endsEpoch(step) && epochOf(step) % spec.evaluation.everyEpochs === 0),
    snapshotAfter,
  }
}

function snapshotRule(
  { snapshots: rule, schedule: spec }: RunSpec,
  plan: SchedulePlan,
  schedule: CompiledSchedule,
): Timetable['snapshotAfter'] {
  if (rule.at === 'cycleEnds') {
    // A run of one open cycle took a snapshot wherever it ended before it was extended: their numbers are taken.
    const before = earlierEnds(plan).filter((end) => endsOpen(spec, plan, end))
    return (step) => {
      const cycle = schedule.cycleAt(step)
      if (cycle?.snapshotStep !== step) return undefined
      return cycle.index + 1 + before.filter((end) => end <= step).length
    }
  }
  const { isDue, before } = rule.at === 'steps' ? listedSteps(rule.steps) : everySteps(rule, plan)
  // The snapshot of a run's end stays in its place in the count when the run goes on.
  const ends = earlierEnds(plan).filter((end) => !isDue(end))
  return (step) => {
    const done = step + 1
    if (!isDue(done) && done !== schedule.totalSteps) return undefined
    return 1 + before(done) + ends.filter((end) => end < done).length
  }
}

/** Whether a rule takes a snapshot after so many steps, and how many it takes before; besides that of the run's end. */
interface DueSteps {
  isDue(done: number): boolean
  before(done: number): number
}

function everySteps(
  rule: Extract<RunSpec['snapshots'], { at: 'epochs' | 'last' }>,
  { stepsPerEpoch }: SchedulePlan,
): DueSteps {
  const every = rule.at === 'last' ? Number.POSITIVE_INFINITY : rule.every * stepsPerEpoch
  return { isDue: (done) => done % every === 0, before: (done) => Math.floor((done - 1) / every) }
}

function listedSteps(steps: readonly number[]): DueSteps {
  const listed = new Set(steps)
  return {
    isDue: (done) => listed.has(done),
    before: (done) => steps.filter((step) => step < done).length,
  }
}

/** Plans stored without earlierEnds know the first of them. */
function earlierEnds({ earlierEnds, scheduleSteps, totalSteps }: SchedulePlan): readonly number[] {
  if (earlierEnds !== undefined) return earlierEnds
  return scheduleSteps !== undefined && scheduleSteps < totalSteps ? [scheduleSteps] : []
}
