import { countParameters, optimizerNumbers } from '../../shared/model/parameterCount.ts'
import type { DeviceName, RunSpec } from '../../shared/run/spec.ts'
import type { PlannedCell } from '../../shared/study/planner.ts'
import type { PlannedStudy } from '../../shared/study/planStudy.ts'
import type { StoredDataset } from '../datasets/index.ts'
import { pastSpeed } from '../runs/pastSpeed.ts'
import type { StoreReads } from '../store/types.ts'
import type { StudyData } from './studyData.ts'

interface Cost {
  /** One run after another. Null where no time is known of one of them: nothing like it was trained before. */
  readonly seconds: number | null
  /** Of snapshots. Null with a model of the user's own, whose size is not known before it is built. */
  readonly bytes: number | null
}

/**
 * What a study comes to: its first stage as it is planned, later ones by their steps and snapshots. Each run starts a process
 * of its own, which a run of one epoch takes longer to do than to train.
 */
export async function costOf(
  read: StoreReads,
  data: StudyData,
  { cells, runs, steps, snapshots }: Pick<PlannedStudy, 'cells' | 'runs' | 'steps' | 'snapshots'>,
): Promise<Cost> {
  const timeOf = createTimes(read)
  const startOf = createStarts(read)
  const first = { steps: 0, snapshots: 0 }
  let starts = 0
  let [seconds, bytes]: (number | null)[] = [0, 0]
  for (const cell of cells) {
    const dataset = await data.dataset(cell.spec.dataset.name)
    const trained = await data.trainCount(cell.spec.dataset)
    first.steps += cell.totalSteps
    first.snapshots += cell.snapshots
    starts += startOf(cell)
    seconds = plus(seconds, timeOf(cell, dataset))
    bytes = plus(bytes, timesCount(snapshotBytes(cell.spec, dataset, trained), cell.snapshots))
  }
  return {
    seconds: plus(timesCount(seconds ?? null, steps / first.steps), (starts * runs) / cells.length),
    bytes: timesCount(bytes ?? null, first.snapshots === 0 ? 1 : snapshots / first.snapshots),
  }
}

const plus = (a: number | null | undefined, b: number | null): number | null =>
  a === null || a === undefined || b === null ? null : a + b
const timesCount = (one: number | null, count: number): number | null => (one === null ? null : one * count)

/** Seconds that a run takes beyond its epochs where none has told: on the processor of a usual machine. */
const usualStart = 1

/** Stored runs are asked once for each device: a graphics device takes longer to start. */
function createStarts(read: StoreReads) {
  const known = new Map<DeviceName, number>()
  return ({ spec: { device } }: PlannedCell): number => {
    const found = known.get(device) ?? read.startSeconds(device) ?? usualStart
    known.set(device, found)
    return found
  }
}

/** Stored runs are asked once for all that decides how long a step takes. */
function createTimes(read: StoreReads) {
  const known = new Map<string, ReturnType<typeof pastSpeed>>()
  return ({ spec, plan, totalSteps, snapshots }: PlannedCell, { meta }: StoredDataset): number | null => {
    const { model, batchSize, device, augmentation, optimizer, clipping, ema } = spec
    const key = JSON.stringify([
      meta.id,
      model,
      batchSize,
      device,
      augmentation,
      optimizer.kind,
      clipping,
      ema,
    ])
    if (!known.has(key)) known.set(key, pastSpeed(read, spec, meta.id))
    const estimate = known.get(key)
    if (estimate === undefined) return null
    const evaluations = Math.ceil(totalSteps / plan.stepsPerEpoch / spec.evaluation.everyEpochs)
    // The average of the weights is evaluated with every snapshot.
    const averages = ema === undefined ? 0 : snapshots
    return (
      totalSteps * estimate.secondsPerStep + (evaluations + averages) * (estimate.secondsPerEvaluation ?? 0)
    )
  }
}

/**
 * Bytes of one snapshot: weights and the optimizer's state in float32, and what the model says of every example of
 * validation and test.
 */
function snapshotBytes(
  { model, optimizer }: RunSpec,
  { meta }: StoredDataset,
  trained: number,
): number | null {
  if (model.kind === 'layers') return null
  const { shape, classes, trainCount, testCount } = meta
  const parameters = countParameters(model, { shape, classes: classes.length })
  const judged = trainCount - trained + testCount
  return 4 * parameters * (1 + optimizerNumbers[optimizer.kind]) + judged * (4 * classes.length + 2)
}
