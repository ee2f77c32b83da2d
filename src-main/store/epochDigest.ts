import { LRUCache } from 'lru-cache'
import type { EpochInfo, RunEvaluation, RunSummary } from '../../shared/api/runs.ts'
import { bestOfLeaders } from '../../shared/run/best.ts'
import type { Db } from './database.ts'
import { readDigests } from './digestsAtOnce.ts'
import {
  type Digested,
  digested,
  EPOCH_COLUMNS,
  nothingDigested,
  SCORES,
  SNAPSHOT,
  thinned,
} from './evaluationRows.ts'
import { epochInfoRow, evaluationRow } from './rows.ts'

/** What a row of the runs table shows of a run's evaluations. */
export type EpochDigest = Pick<RunSummary, 'last' | 'best' | 'spark'>

export interface DigestedRun {
  readonly id: string
  /** Whether its spec keeps a part of the data for validation. */
  readonly hasValidation: boolean
  /** Whether epochs that are stored may still change: another program trains it. */
  readonly isRewritten?: boolean
}

/** As many runs at once are read as sets; fewer are those that train, and are followed epoch by epoch. */
const FEW = 16
/** Runs followed: about as many as train at a time. */
const FOLLOWED = 32

export interface EpochDigests {
  of(runs: readonly DigestedRun[]): ReadonlyMap<string, EpochDigest>
}

/** What a look costs grows with the epochs that came since the last one, not with those of the run. */
export function createEpochDigests(db: Db): EpochDigests {
  const followed = new LRUCache<string, Follower>({ max: FOLLOWED })
  const follow = (run: DigestedRun): EpochDigest => {
    const follower = followed.get(run.id) ?? createFollower(db, run)
    followed.set(run.id, follower)
    return follower.look()
  }
  return {
    of: (runs) =>
      runs.length > FEW || runs.some(({ isRewritten }) => isRewritten)
        ? readDigests(db, runs)
        : new Map(runs.map((run) => [run.id, follow(run)])),
  }
}

interface Follower {
  look(): EpochDigest
}

/**
 * The last epoch may still change, when it was cut by a budget and the run is extended; those before it never do, nor does
 * a snapshot. Snapshots from the last epoch's step on are read again at the next look, so that an epoch is always taken
 * in before the snapshot of its step.
 */
function createFollower(db: Db, { id, hasValidation }: DigestedRun): Follower {
  const validation: number[] = []
  const training: number[] = []
  let settled = nothingDigested
  let fromEpoch = 0
  let fromStep = 0

  /** Takes in what can no longer change. */
  const settle = (epochs: readonly EpochInfo[], snapshots: readonly RunEvaluation[]): Digested => {
    for (const { valAccuracy, trainAccuracy } of epochs) {
      if (valAccuracy !== null) validation.push(valAccuracy)
      if (trainAccuracy !== null) training.push(trainAccuracy)
    }
    settled = [...epochs.map(evaluationOf), ...snapshots].reduce(digested, settled)
    return settled
  }

  return {
    look() {
      const epochs = db.all(epochInfoRow, EPOCHS_FROM, id, fromEpoch)
      const snapshots = db.all(evaluationRow, SNAPSHOTS_FROM, id, fromStep)
      const tip = epochs.pop()
      if (tip !== undefined) [fromEpoch, fromStep] = [tip.epoch, tip.step]
      const isSettled = ({ step }: RunEvaluation): boolean => step < fromStep
      const before = settle(epochs, snapshots.filter(isSettled))
      const open = snapshots.filter((snapshot) => !isSettled(snapshot))
      const { last, leaders } = [...(tip === undefined ? [] : [evaluationOf(tip)]), ...open].reduce(
        digested,
        before,
      )
      const tipValidation = tip?.valAccuracy ?? null
      return {
        last,
        best: bestOfLeaders(leaders, hasValidation)?.evaluation ?? null,
        spark:
          validation.length > 0 || tipValidation !== null
            ? thinned(validation, tipValidation)
            : thinned(training, tip?.trainAccuracy ?? null),
      }
    },
  }
}

function evaluationOf({ seconds: _, ...evaluation }: EpochInfo): RunEvaluation {
  return evaluation
}

const EPOCHS_FROM = `SELECT ${EPOCH_COLUMNS} FROM epochs WHERE run_id = ? AND epoch >= ? ORDER BY epoch`
const SNAPSHOTS_FROM = `SELECT ${SNAPSHOT}, ${SCORES} FROM snapshots WHERE run_id = ? AND step >= ? ORDER BY step`
