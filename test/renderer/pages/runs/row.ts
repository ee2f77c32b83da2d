import type { EpochInfo, RunSummary } from '../../../../shared/api/runs.ts'
import { parseRunSpec } from '../../../../shared/run/spec.ts'

/** A row as the host would send it, for tests of what the table makes of it. */
export function row(id: string, change: Partial<RunSummary> = {}, spec: object = {}): RunSummary {
  return {
    id,
    name: id,
    spec: parseRunSpec({
      name: id,
      schedule: { kind: 'constant', lr: 0.1 },
      budget: { epochs: 10 },
      ...spec,
    }),
    kind: 'training',
    rateTest: null,
    elsewhere: null,
    initial: null,
    place: null,
    origin: null,
    studyId: null,
    datasetId: 'data',
    status: 'completed',
    reason: null,
    planned: { plan: { totalSteps: 100, stepsPerEpoch: 10, scheduleSteps: 100 }, edits: [] },
    totalSteps: 100,
    stepsDone: 100,
    attempt: 1,
    stopsAfterStep: null,
    queuePlace: null,
    device: 'cpu',
    deviceReason: null,
    parameters: 10,
    favourite: false,
    archived: false,
    tags: [],
    note: '',
    createdAt: 0,
    startedAt: 0,
    endedAt: 60_000,
    last: null,
    best: null,
    spark: [],
    snapshots: [],
    ensemble: null,
    ...change,
  }
}

export const epoch = (valAccuracy: number | null, change: Partial<EpochInfo> = {}): EpochInfo => ({
  epoch: 1,
  step: 9,
  trainLoss: 1,
  trainAccuracy: 0.5,
  valLoss: 1,
  testLoss: 1,
  valAccuracy,
  testAccuracy: null,
  seconds: 1,
  trainingSeconds: 1,
  ...change,
})
