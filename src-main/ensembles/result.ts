import type { PartScores } from '../../shared/api/ensembles.ts'
import type { Bump } from '../../shared/ensemble/bump.ts'
import type { EnsembleMethod, PredictionMethod } from '../../shared/ensemble/methods.ts'
import type { RunsBySnapshots } from '../../shared/ensemble/runsBySnapshots.ts'
import type { RunRecord, SnapshotRecord } from '../store/types.ts'

export interface EnsembleMember {
  readonly snapshot: SnapshotRecord
  /** Shares of the members sum to 1. */
  readonly weight: number
  readonly validation: PartScores | null
  readonly test: PartScores | null
}

/** What an ensemble of stored snapshots is worth. Parts without examples are null. */
export interface EnsembleResult {
  /** That of the first member. */
  readonly run: RunRecord
  /** Those of all members, in their order. */
  readonly runs: readonly RunRecord[]
  readonly method: EnsembleMethod
  readonly members: readonly EnsembleMember[]
  readonly validation: PartScores | null
  readonly test: PartScores | null
  /** The best snapshot of the members' runs, member or not: what one would use without an ensemble. */
  readonly bestSingle: EnsembleMember
  /** What that was chosen by: test only where there is no validation part, and then its test score flatters it. */
  readonly bestChosenOn: 'validation' | 'test'
  /**
   * Of averaged weights: their validation loss above the mean of the members' losses. Absent for combined predictions, and
   * without validation data.
   */
  readonly bump?: Bump
  /** The part by which the ensemble is judged: test, or validation where there is no test part. */
  readonly judgedOn: 'test' | 'validation'
  /** Ensembles of the last 1, 2, ... members by equal average, on the judged part. */
  readonly last: readonly (PartScores & { readonly size: number })[]
  /** On the judged part; the means are null for a single member. */
  readonly diversity: {
    readonly disagreement: number | null
    readonly errorCorrelation: number | null
    readonly qStatistic: number | null
    readonly oracleAccuracy: number
  }
}

export interface EnsembleRequest {
  readonly runId: string
  /** All snapshots of the run when absent. */
  readonly snapshotIds?: readonly number[]
  readonly method?: PredictionMethod
}

/** Named snapshots of one run or several. */
export interface MembersRequest {
  readonly method: PredictionMethod
  /** Weights are shares, scaled to sum to 1, and count for `weighted` alone. */
  readonly members: readonly { readonly snapshotId: number; readonly weight: number }[]
}

/** Ensembles of N runs with M snapshots of each. */
export interface SnapshotTable {
  readonly runIds: readonly string[]
  readonly judgedOn: 'test' | 'validation'
  readonly cells: readonly RunsBySnapshots[]
}
