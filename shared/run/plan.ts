import { UserError } from '../errors.ts'
import {
  type CompiledSchedule,
  compileSchedule,
  type ScheduleEdit,
  type SchedulePlan,
} from '../schedule/index.ts'
import type { RunSpec } from './spec.ts'

/** Where a run goes: its steps, and what happens after which of them. Steps count from 0. */
export interface TrainingPlan {
  /** Whole batches an epoch; the examples left over are dropped, others each epoch, so that shapes stay constant. */
  readonly stepsPerEpoch: number
  readonly totalSteps: number
  readonly schedule: CompiledSchedule
  /** Whether the model is evaluated on validation data after this step. */
  evaluatesAfter(step: number): boolean
  /** The cycle (counted from 1) whose snapshot is taken after this step, or undefined when none is. */
  snapshotAfter(step: number): number | undefined
}

/**
 * The part of the plan that is stored with a run: it changes when the run is extended or its schedule is edited.
 * totalSteps leaves the edits out; `buildPlan` applies them.
 */
export interface PlanPosition {
  readonly plan: SchedulePlan
  readonly edits: readonly ScheduleEdit[]
}

/** Batches in one epoch. @throws UserError when one batch is more than the whole training part */
export function stepsPerEpoch(trainCount: number, batchSize: number): number {
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
      `While planning the run: budget is less than one step of ${perEpoch} an epoch; give more epochs.`,
    )
  }
  return { totalSteps, stepsPerEpoch: perEpoch, scheduleSteps: totalSteps }
}

/** Compiles the schedule under the stored position and lays evaluation and snapshot points over it. */
export function buildPlan(spec: RunSpec, position: PlanPosition): TrainingPlan {
  const perEpoch = position.plan.stepsPerEpoch
  const schedule = compileSchedule(spec.schedule, position.plan, position.edits)
  const { totalSteps } = schedule
  const cycleEnds = new Map<number, number>()
  for (const cycle of schedule.cycles) {
    if (cycle.snapshotStep !== undefined) cycleEnds.set(cycle.snapshotStep, cycle.index + 1)
  }
  const isLast = (step: number): boolean => step === totalSteps - 1
  const endsEpoch = (step: number): boolean => (step + 1) % perEpoch === 0
  const epochOf = (step: number): number => Math.ceil((step + 1) / perEpoch)
  return {
    stepsPerEpoch: perEpoch,
    totalSteps,
    schedule,
    evaluatesAfter: (step) =>
      isLast(step) || (endsEpoch(step) && epochOf(step) % spec.evaluation.everyEpochs === 0),
    snapshotAfter(step) {
      const rule = spec.snapshots
      if (rule.at === 'cycleEnds') return cycleEnds.get(step)
      if (rule.at === 'last') return isLast(step) ? 1 : undefined
      const due = isLast(step) || (endsEpoch(step) && epochOf(step) % rule.every === 0)
      return due ? Math.ceil(epochOf(step) / rule.every) : undefined
    },
  }
}
