import type { EpochRecord, RunRecord, StoreReads } from '../store/types.ts'
import { orderSeries, stepRows } from './runTable.ts'
import { type ScalarPoint, tensorboardFile } from './tensorboard.ts'

const tags: Readonly<Record<string, string>> = {
  lr: 'schedule/learning_rate',
  momentum: 'schedule/momentum',
  loss: 'train/loss',
  accuracy: 'train/accuracy',
}

/**
 * A run as one event file: every stored step, and the epochs' means and held-out scores at the last step of each.
 * Steps keep their numbers; their wall times are spread evenly over the measured duration of their epoch.
 */
export function runTensorboard(
  read: StoreReads,
  run: RunRecord,
): { name: string; chunks: Iterable<Uint8Array> } {
  const begun = (run.startedAt ?? run.createdAt) / 1000
  const epochs = read.epochs(run.id)
  const timeOf = wallClock(begun, epochs)
  return {
    name: `events.out.tfevents.${Math.floor(begun)}.anneal`,
    chunks: tensorboardFile(begun, points(read, run.id, epochs, timeOf)),
  }
}

function* points(
  read: StoreReads,
  runId: string,
  epochs: readonly EpochRecord[],
  timeOf: (step: number) => number,
): Generator<ScalarPoint> {
  const series = orderSeries(read.seriesNames(runId))
  const ends = epochs[Symbol.iterator]()
  let end = ends.next()
  for (const { step, values } of stepRows(read, runId, series)) {
    const scalars = series.flatMap((name, i) => scalar(tags[name] ?? name, values[i]))
    yield { step, wallTime: timeOf(step), values: scalars }
    while (end.done !== true && end.value.step <= step) {
      yield { step: end.value.step, wallTime: timeOf(end.value.step), values: epochScalars(end.value) }
      end = ends.next()
    }
  }
}

function epochScalars(epoch: EpochRecord): ScalarPoint['values'] {
  return [
    ...scalar('epoch/train_loss', epoch.trainLoss),
    ...scalar('epoch/train_accuracy', epoch.trainAccuracy),
    ...scalar('validation/loss', epoch.valLoss),
    ...scalar('validation/accuracy', epoch.valAccuracy),
    ...scalar('test/loss', epoch.testLoss),
    ...scalar('test/accuracy', epoch.testAccuracy),
  ]
}

/** TensorBoard draws NaN and infinities as marks of their own. */
function scalar(tag: string, value: number | null | undefined): { tag: string; value: number }[] {
  return value === null || value === undefined ? [] : [{ tag, value }]
}

/** Seconds since 1970 of a step; steps after the last finished epoch go on at its pace. */
function wallClock(begun: number, epochs: readonly EpochRecord[]): (step: number) => number {
  let at = 0
  let from = { step: -1, time: begun }
  let pace = 0
  return (step) => {
    for (let epoch = epochs[at]; epoch !== undefined && epoch.step < step; epoch = epochs[at]) {
      pace = epoch.seconds / Math.max(1, epoch.step - from.step)
      from = { step: epoch.step, time: from.time + epoch.seconds }
      at += 1
    }
    const current = epochs[at]
    const each = current === undefined ? pace : current.seconds / Math.max(1, current.step - from.step)
    return from.time + each * (step - from.step)
  }
}
