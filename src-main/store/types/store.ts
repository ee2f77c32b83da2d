import type { TrainerEvent } from '../../../shared/run/messages.ts'
import type { SupersededEvent } from '../../../shared/worker/protocol.ts'
import type { HealthListener, StoreHealth } from '../faults.ts'
import type { StoreReads } from './reads.ts'
import type { WorkerStore } from './worker.ts'
import type { StoreWrites } from './writes.ts'

export interface Store {
  readonly path: string
  /** Where it is read: the same, but for a copy of a file that cannot be read where it is. */
  readonly file: string
  readonly hostId: string
  readonly read: StoreReads
  readonly write: StoreWrites
  /** Other machines, and runs on them. */
  readonly workers: WorkerStore
  /**
   * Stores a trainer's events in one transaction, and forgets what was stored before (same run, attempt and sequence;
   * a metric of a step, an epoch or a snapshot already there). Events of an attempt that is no longer the run's are refused.
   * @returns false when the run belongs to another attempt or host by now: the caller must stop its trainer
   */
  record(events: readonly (TrainerEvent | SupersededEvent)[]): boolean
  /** Whether the file can be written now, from memory: also while the disk is full. Writes throw a StoreError of the same kind. */
  health(): StoreHealth
  /** Tells of every change of it, at once and from within the write that failed. @returns ends it */
  onHealth(listener: HealthListener): () => void
  /** Runs that this host still has become interrupted. */
  close(): void
}
