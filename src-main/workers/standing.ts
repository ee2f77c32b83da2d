import { UserError } from '../../shared/errors.ts'
import type { AttemptKey } from '../../shared/worker/protocol.ts'
import { StoreError } from '../store/faults.ts'
import type { PlacedAttempt, WorkerRecord } from '../store/types/worker.ts'
import type { RunRecord } from '../store/types.ts'
import type { DeskContext } from './deskContext.ts'

/** How an attempt that a worker speaks for stands. */
export type Standing =
  | { readonly type: 'live'; readonly placed: PlacedAttempt }
  /** In words a user reads. */
  | { readonly type: 'over'; readonly reason: string }

/** Milliseconds for which the word that a worker spoke is not written again. */
const CONTACT = 1_000

/**
 * Whether the attempt is the run's, and this worker's. One that was given up for want of contact, and that nobody else has
 * taken yet, is taken back: its worker is here.
 */
export function standingOf(context: DeskContext, worker: WorkerRecord, key: AttemptKey): Standing {
  const { store, now } = context
  const standing = lookUp(context, worker, key)
  if (standing.type === 'over') {
    // A look before the write: a worker may speak for many that have ended long ago.
    const mayComeBack = waits(store, key) && store.workers.takeBack(key, worker.id)
    return mayComeBack ? lookUp(context, worker, key) : standing
  }
  const { contactAt } = standing.placed
  // Either way: the clock may have been set back since.
  if (contactAt === null || Math.abs(now() - contactAt) > CONTACT) store.workers.touch([key], now())
  return standing
}

/** The same, without a change. */
export function lookUp({ store }: DeskContext, worker: WorkerRecord, key: AttemptKey): Standing {
  const placed = store.workers.placedAttempt(key.runId)
  return placed !== undefined && isOf(placed, worker, key)
    ? { type: 'live', placed }
    : { type: 'over', reason: whyOver(store, key, placed) }
}

export const isOf = (placed: PlacedAttempt, worker: WorkerRecord, { runId, attempt }: AttemptKey): boolean =>
  placed.runId === runId && placed.attempt === attempt && placed.workerId === worker.id

function waits(store: DeskContext['store'], { runId, attempt }: AttemptKey): boolean {
  const run = findRun(store, runId)
  return run?.status === 'queued' && run.attempt === attempt
}

/** Of exactly this id. */
function findRun(store: DeskContext['store'], runId: string): RunRecord | undefined {
  try {
    const run = store.read.run(runId)
    return run.id === runId ? run : undefined
  } catch (error) {
    if (!(error instanceof UserError) || error instanceof StoreError) throw error
    return undefined
  }
}

function whyOver(
  store: DeskContext['store'],
  { runId, attempt }: AttemptKey,
  placed: PlacedAttempt | undefined,
): string {
  if (placed !== undefined && placed.attempt !== attempt)
    return `Attempt ${attempt} of run ${runId} is over: it has attempt ${placed.attempt} by now.`
  if (placed !== undefined) return `Attempt ${attempt} of run ${runId} is another worker's.`
  const run = findRun(store, runId)
  return `Attempt ${attempt} of run ${runId} is over: the run ${run === undefined ? 'was deleted' : `is ${run.status}`}.`
}
