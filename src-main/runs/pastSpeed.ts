import type { Estimate } from '../../shared/api/runs.ts'
import type { EngineName, RunSpec } from '../../shared/run/spec.ts'
import type { EpochRecord, RunRecord, StoreReads } from '../store/types.ts'

/** Steps of a past run that are looked at, its last ones. */
const lookedAt = 20_000

/**
 * What a stored run of the same model, data, batch size and device says; undefined when there is none.
 * @param trainedOn what "auto" must have taken for it
 */
export function pastSpeed(
  read: StoreReads,
  spec: RunSpec,
  datasetId: string,
  trainedOn?: EngineName,
): Estimate | undefined {
  const run = read.similarRun(spec, datasetId, trainedOn)
  if (run === undefined || run.device === null) return undefined
  const { stepsPerEpoch } = run.position.plan
  const epochs = read.epochs(run.id).filter(({ epoch, step }) => step + 1 === epoch * stepsPerEpoch)
  const perStep = speedOf(read, run) ?? wholeEpochs(epochs, stepsPerEpoch)
  if (perStep === undefined) return undefined
  const evaluation = evaluationTime(epochs, stepsPerEpoch * perStep)
  return { secondsPerStep: perStep, secondsPerEvaluation: evaluation, source: 'pastRun', device: run.device }
}

/** Most batches of metrics hold steps alone, so that their median does. In seconds a step. */
function speedOf(read: StoreReads, run: RunRecord): number | undefined {
  const fromStep = Math.max(0, run.stepsDone - lookedAt)
  const { values } = read.series({ runId: run.id, series: 'samplesPerSecond', fromStep })
  const speed = median([...values].filter((value) => Number.isFinite(value) && value > 0))
  return speed === undefined ? undefined : run.spec.batchSize / speed
}

function wholeEpochs(epochs: readonly EpochRecord[], stepsPerEpoch: number): number | undefined {
  const seconds = median(epochs.map((epoch) => epoch.seconds).filter((each) => each > 0))
  return seconds === undefined ? undefined : seconds / stepsPerEpoch
}

/** What an evaluated epoch takes beyond its steps, in seconds. */
function evaluationTime(epochs: readonly EpochRecord[], steps: number): number | null {
  const evaluated = epochs.filter(
    ({ valAccuracy, testAccuracy }) => valAccuracy !== null || testAccuracy !== null,
  )
  const seconds = median(evaluated.map((epoch) => epoch.seconds))
  return seconds === undefined ? null : Math.max(0, seconds - steps)
}

function median(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)]
}
