import type { Estimate } from '../../shared/api/runs.ts'
import type { EngineName, RunSpec } from '../../shared/run/spec.ts'
import type { EpochRecord, RunRecord, StoreReads } from '../store/types.ts'

/** Steps of a past run that are looked at, its last ones. */
const lookedAt = 20_000

/**
 * What the newest stored runs of the same model, data, batch size and device say; undefined when there are none. Other
 * work on the machine makes steps slower and never faster, so that the fastest of these runs tells what a step takes:
 * one that trained in a busy hour does not speak for the next.
 * @param trainedOn what "auto" must have taken for them
 */
export function pastSpeed(
  read: StoreReads,
  spec: RunSpec,
  datasetId: string,
  trainedOn?: EngineName,
): Estimate | undefined {
  const told = read.similarRuns(spec, datasetId, trainedOn).flatMap((run) => estimateFrom(read, run) ?? [])
  return told.reduce<Estimate | undefined>(
    (fastest, each) =>
      fastest === undefined || each.secondsPerStep < fastest.secondsPerStep ? each : fastest,
    undefined,
  )
}

function estimateFrom(read: StoreReads, run: RunRecord): Estimate | undefined {
  if (run.device === null) return undefined
  const { stepsPerEpoch } = run.planned.plan
  const epochs = read.epochs(run.id).filter(({ epoch, step }) => step + 1 === epoch * stepsPerEpoch)
  const perStep = speedOf(read, run) ?? wholeEpochs(epochs, stepsPerEpoch)
  if (perStep === undefined) return undefined
  const evaluation = evaluationTime(epochs, stepsPerEpoch * perStep)
  return { secondsPerStep: perStep, secondsPerEvaluation: evaluation, source: 'pastRun', device: run.device }
}

/** In seconds a step. A batch of metrics of an earlier version may hold an evaluation; the median passes it over. */
function speedOf(read: StoreReads, run: RunRecord): number | undefined {
  const fromStep = Math.max(0, run.stepsDone - lookedAt)
  const { values } = read.series({ runId: run.id, series: 'samplesPerSecond', fromStep })
  const speed = median([...values].filter((value) => Number.isFinite(value) && value > 0))
  return speed === undefined ? undefined : run.spec.batchSize / speed
}

function wholeEpochs(epochs: readonly EpochRecord[], stepsPerEpoch: number): number | undefined {
  const seconds = median(
    epochs.map((epoch) => epoch.trainingSeconds ?? epoch.seconds).filter((each) => each > 0),
  )
  return seconds === undefined ? undefined : seconds / stepsPerEpoch
}

/** What an evaluated epoch takes beyond its steps, in seconds. */
function evaluationTime(epochs: readonly EpochRecord[], steps: number): number | null {
  const evaluated = epochs.filter(
    ({ valAccuracy, testAccuracy }) => valAccuracy !== null || testAccuracy !== null,
  )
  const beyond = median(evaluated.map(({ seconds, trainingSeconds }) => seconds - (trainingSeconds ?? steps)))
  return beyond === undefined ? null : Math.max(0, beyond)
}

function median(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)]
}
