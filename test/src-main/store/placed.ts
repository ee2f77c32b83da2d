import assert from 'node:assert/strict'
import type { Placement } from '../../../shared/worker/placement.ts'
import type { RunRecord, Store } from '../../../src-main/store/types.ts'
import { newRun, putDataset } from './fixtures.ts'

/* Runs for other machines, and how their attempts are lost. */

export const anyWorker: Placement = { at: 'anyWorker' }
export const worker = 'worker01'

export function queued(store: Store, placement: Placement = anyWorker): string {
  putDataset(store)
  return store.write.enqueueRun({ ...newRun, placement }).id
}

export function taken(store: Store, id = queued(store), workerId = worker): RunRecord {
  const run = store.workers.claim(id, { workerId })
  assert.ok(run)
  return run
}

export const keyOf = ({ id, attempt }: RunRecord) => ({ runId: id, attempt })
export const lost = { reason: 'Its worker was out of touch for too long.', isFailure: false }
export const died = { reason: 'Its trainer died.', isFailure: true }
