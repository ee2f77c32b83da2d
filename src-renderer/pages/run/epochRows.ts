import type { EpochInfo, SnapshotInfo } from '../../../shared/api/runs.ts'
import { evaluationsOf } from '../../../shared/metrics/evaluations.ts'
import type { Scores } from '../../../shared/run/messages.ts'

/** A row of the table of epochs: an epoch, or a cycle's end in mid-epoch, which has no means over an epoch. */
export interface EpochRow extends Scores {
  /** Epochs done: whole, but for a cycle's end in mid-epoch. */
  readonly epoch: number
  readonly step: number
  readonly trainLoss: number | null
  readonly trainAccuracy: number | null
  readonly seconds: number | null
}

/** Ascending by step. */
export function epochRows(
  epochs: readonly EpochInfo[],
  snapshots: readonly SnapshotInfo[],
  stepsPerEpoch: number,
): readonly EpochRow[] {
  const ends = new Set(epochs.map(({ step }) => step))
  const between = evaluationsOf([], snapshots)
    .filter(({ step }) => !ends.has(step) && (step + 1) % stepsPerEpoch !== 0)
    .map((evaluation) => ({
      ...evaluation,
      epoch: Number(((evaluation.step + 1) / stepsPerEpoch).toFixed(3)),
      trainLoss: null,
      trainAccuracy: null,
      seconds: null,
    }))
  return between.length === 0 ? epochs : [...epochs, ...between].sort((a, b) => a.step - b.step)
}
