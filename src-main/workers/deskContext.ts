import type { TrainerEvent } from '../../shared/run/messages.ts'
import type { QueueAccess } from '../../shared/worker/protocol.ts'
import type { WorkerTimings } from '../../shared/worker/timings.ts'
import type { Catalogue } from '../datasets/index.ts'
import type { WorkerRecord } from '../store/types/worker.ts'
import type { Store } from '../store/types.ts'

/** What a host needs to serve its workers. */
export interface DeskContext {
  readonly store: Store
  readonly catalogue: Pick<Catalogue, 'resolve'>
  /** `<home>/workers`: certificate, and blobs whose events are on their way. */
  readonly folder: string
  /** As the user has set them by now. */
  timings(): WorkerTimings
  /** Of the program that this host is, as workers fetch it: sha256. */
  build(): Promise<string>
  /** Where the worker finds the queue; null where there is none. @param via how it reaches this machine, where that is known */
  queueAccess(worker: WorkerRecord, via: string | undefined): QueueAccess | null
  /** Tells watchers of events that have been stored. */
  tellStored(events: readonly TrainerEvent[]): void
  /** A run has ended, or waits again: somebody may begin one. */
  onQueueChanged(): void
  /** Milliseconds since 1970. */
  now(): number
}
