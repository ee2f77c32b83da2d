import type { PredictionMethod } from '../../shared/ensemble/methods.ts'
import type { Part } from '../../shared/ensemble/predictions.ts'
import { UserError } from '../../shared/errors.ts'
import { type MistakeReport, mistakeReport } from '../../shared/mistakes/report.ts'
import type { Store } from '../store/types.ts'
import { loadPart } from './part.ts'
import { refuseOtherSplits, runsOf } from './sameSplit.ts'

export interface Predictor {
  readonly method: PredictionMethod
  readonly members: readonly { readonly snapshotId: number; readonly weight: number }[]
}

export interface FoundMistakes {
  readonly part: Part
  readonly report: MistakeReport
}

/**
 * What a snapshot or an ensemble gets wrong, from stored predictions.
 * @param wanted absent: test, or validation where there is no test part
 * @throws UserError where nothing is stored for the part, or the members answered different examples
 */
export function findMistakes(store: Store, predictor: Predictor, wanted: Part | undefined): FoundMistakes {
  const { members, method } = predictor
  const snapshots = members.map(({ snapshotId }) => store.read.snapshot(snapshotId))
  refuseOtherSplits('looking for mistakes', runsOf(store.read, snapshots))
  for (const part of wanted === undefined ? (['test', 'validation'] as const) : [wanted]) {
    const found = loadPart(store, snapshots, part)
    if (found === undefined) continue
    const weights = members.map(({ weight }) => weight)
    return { part, report: mistakeReport(found.members, found.truth, method, weights) }
  }
  const which = members.map(({ snapshotId }) => snapshotId).join(', ')
  throw new UserError(
    `While looking for mistakes: no ${wanted ?? 'test or validation'} predictions are stored for every one of the snapshots ${which}; choose another part, or runs that keep one.`,
  )
}
