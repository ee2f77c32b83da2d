import type { EpochInfo, RunSummary } from '../../../../shared/api/runs.ts'
import { buildTimetable } from '../../../../shared/run/plan.ts'
import { parseRunSpec } from '../../../../shared/run/spec.ts'

/** A run of three cycles of 100 steps, ten an epoch, as a row of the list tells of it. */
export function runWith(
  changes: Partial<RunSummary> = {},
  schedule: object = { kind: 'sgdr', lrMax: 0.1, t0: 100, unit: 'step' },
): RunSummary {
  const spec = parseRunSpec({ schedule, budget: { steps: 300 } })
  const planned = changes.planned ?? {
    plan: { totalSteps: 300, stepsPerEpoch: 10, scheduleSteps: 300 },
    edits: [],
  }
  return {
    id: 'run1',
    name: 'a run',
    spec,
    kind: 'training',
    rateTest: null,
    elsewhere: null,
    initial: null,
    place: null,
    origin: null,
    studyId: null,
    datasetId: 'data',
    status: 'running',
    reason: null,
    planned,
    totalSteps: buildTimetable(spec, planned).totalSteps,
    stepsDone: 150,
    attempt: 1,
    stopsAfterStep: null,
    queuePlace: null,
    device: null,
    deviceReason: null,
    parameters: null,
    favourite: false,
    archived: false,
    tags: [],
    note: '',
    createdAt: 0,
    startedAt: null,
    endedAt: null,
    last: null,
    best: null,
    spark: [],
    snapshots: [],
    ensemble: null,
    ...changes,
  }
}

/** An epoch of ten steps. */
export function epochWith(epoch: number, changes: Partial<EpochInfo> = {}): EpochInfo {
  return {
    epoch,
    step: 10 * epoch - 1,
    trainLoss: 1 / epoch,
    trainAccuracy: 1 - 1 / (epoch + 1),
    valLoss: 1 / epoch,
    valAccuracy: 1 - 1 / (epoch + 1),
    testLoss: null,
    testAccuracy: null,
    seconds: 5,
    trainingSeconds: 4,
    ...changes,
  }
}

export const snapshot = (id: number, cycle: number, step: number) => ({
  id,
  cycle,
  step,
  valAccuracy: 0.9,
  testAccuracy: 0.8,
})
