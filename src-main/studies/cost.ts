import { countParameters, optimizerNumbers } from '../../shared/model/parameterCount.ts'
import { plannedSnapshots } from '../../shared/run/plannedSnapshots.ts'
import type { RunSpec } from '../../shared/run/spec.ts'
import type { StudyCell } from '../../shared/study/cell.ts'
import { pastSpeed } from '../runs/pastSpeed.ts'
import type { StoreReads } from '../store/types.ts'
import type { RunPlan, RunPlans } from './runPlans.ts'

/** What runs come to: in steps, in seconds one after another, and in bytes of their snapshots. */
export interface Cost {
  readonly steps: number
  /** Null where no time is known of one of them: nothing like it was trained before. */
  readonly seconds: number | null
  /** Null for a model of the user's own, whose size is not known before it is built. */
  readonly bytes: number | null
}

export async function costOf(
  read: StoreReads,
  plans: RunPlans,
  cells: readonly Pick<StudyCell, 'spec'>[],
): Promise<Cost> {
  const timeOf = createTimes(read)
  const cost: { steps: number; seconds: number | null; bytes: number | null } = {
    steps: 0,
    seconds: 0,
    bytes: 0,
  }
  for (const { spec } of cells) {
    const planned = await plans.plan(spec)
    const seconds = timeOf(spec, planned)
    const bytes = snapshotBytes(spec, planned)
    const { totalSteps, schedule } = planned.timetable
    cost.steps += totalSteps
    cost.seconds = cost.seconds === null || seconds === null ? null : cost.seconds + seconds
    const { count } = plannedSnapshots(spec.snapshots, planned.plan, schedule)
    cost.bytes = cost.bytes === null || bytes === null ? null : cost.bytes + bytes * count
  }
  return cost
}

/** Stored runs are asked once for each model, data set, batch size and device. */
function createTimes(read: StoreReads) {
  const known = new Map<string, ReturnType<typeof pastSpeed>>()
  return (spec: RunSpec, { dataset, timetable }: RunPlan): number | null => {
    const { model, batchSize, device, augmentation, optimizer } = spec
    const key = JSON.stringify([dataset.meta.id, model, batchSize, device, augmentation, optimizer.kind])
    if (!known.has(key)) known.set(key, pastSpeed(read, spec, dataset.meta.id))
    const estimate = known.get(key)
    if (estimate === undefined) return null
    const { totalSteps, stepsPerEpoch } = timetable
    const evaluations = Math.floor(totalSteps / stepsPerEpoch / spec.evaluation.everyEpochs) + 1
    return totalSteps * estimate.secondsPerStep + evaluations * (estimate.secondsPerEvaluation ?? 0)
  }
}

/**
 * Bytes of one snapshot: weights and the optimizer's state in float32, and what the model says of every example of
 * validation and test.
 */
function snapshotBytes({ model, optimizer }: RunSpec, { dataset, trainCount }: RunPlan): number | null {
  if (model.kind === 'layers') return null
  const { shape, classes, trainCount: forTraining, testCount } = dataset.meta
  const parameters = countParameters(model, { shape, classes: classes.length })
  const judged = forTraining - trainCount + testCount
  return 4 * parameters * (1 + optimizerNumbers[optimizer.kind]) + judged * (4 * classes.length + 2)
}
