import type { SnapshotInfo } from '../../../shared/api/runs.ts'
import type { StoredTensor, TrainerPosition } from '../../../shared/run/messages.ts'

export type SnapshotRecord = SnapshotInfo

export interface SnapshotModel {
  readonly tensors: readonly StoredTensor[]
  readonly position: TrainerPosition
  readonly normalisation: { readonly mean: readonly number[]; readonly std: readonly number[] }
}
