import type { StartMessage } from '../../shared/run/messages.ts'
import type { RunRecord, Store } from '../store/types.ts'
import { startState } from './startState.ts'

/**
 * What a trainer needs to begin, or go on with, a run: all but what its machine says itself, devices and threads.
 * @param run as it was claimed, with the attempt under way
 * @throws UserError when the state that it begins with is not there; StoreError when that is damaged
 */
export function startMessage(store: Store, run: RunRecord): StartMessage {
  const state = store.read.checkpoint(run.id) ?? startState(store.read, run)
  return {
    type: 'start',
    runId: run.id,
    attempt: run.attempt,
    spec: run.spec,
    datasetId: run.datasetId,
    plan: run.planned.plan,
    edits: [...run.planned.edits],
    ...(state !== undefined && { state }),
    ...(run.rateTest !== null && { rateTest: run.rateTest }),
    ...(run.origin !== null && { streamFrom: run.origin.streamFrom }),
  }
}
