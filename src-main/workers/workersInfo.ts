import type { WorkerInfo } from '../../shared/api/workers.ts'
import { slurmWorkerName } from '../../shared/worker/placement.ts'
import type { WorkerTimings } from '../../shared/worker/timings.ts'
import type { PlacedAttempt, WorkerRecord } from '../store/types/worker.ts'
import type { Store } from '../store/types.ts'

interface Seen {
  readonly store: Store
  readonly timings: WorkerTimings
  /** Of the program that the host is. */
  readonly build: string
  readonly now: number
}

/** Those that are not removed, with what they train. */
export function workerInfos(seen: Seen): WorkerInfo[] {
  const placed = seen.store.workers.placed()
  return seen.store.workers.list().flatMap((worker) => workerInfo(seen, worker, placed) ?? [])
}

/** @returns undefined for one that was removed */
export function workerInfo(
  { store, timings, build, now }: Seen,
  worker: WorkerRecord,
  placed: readonly PlacedAttempt[] = store.workers.placed(),
): WorkerInfo | undefined {
  const { id, name, state, reason, about, joinedAt, seenAt } = worker
  if (state === 'removed') return undefined
  const mine = placed.filter(({ workerId }) => workerId === id)
  // Of Slurm there is somebody only while a job is.
  const isExpected = state !== 'invited' && (name !== slurmWorkerName || mine.length > 0)
  const isSilent = isExpected && seenAt !== null && now - seenAt > timings.outOfTouch
  return {
    id,
    name,
    state,
    reason,
    about,
    joinedAt,
    seenAt,
    outOfTouchSince: isSilent ? seenAt : null,
    isOfThisBuild: worker.build === null ? null : worker.build === build,
    training: mine.map(({ runId, attempt, placement }) => ({
      runId,
      at: placement.at,
      name: store.read.run(runId).name,
      slot:
        about?.slots.find(({ running }) => running?.runId === runId && running.attempt === attempt)?.id ??
        null,
    })),
  }
}
