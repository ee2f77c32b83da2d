import type {
  AttemptEnd,
  AttemptKey,
  AttendAnswer,
  AttendRequest,
  DatasetManifest,
  PushAnswer,
  StartAnswer,
  StartRequest,
} from '../../shared/worker/protocol.ts'

/** One event of a spool: its text as `separate` of packed.ts gives it, where parts of some size are blobs by their sha256. */
export interface SpooledEvent {
  readonly seq: number
  /** Of the event, or of the one that stands in for a superseded checkpoint. */
  readonly text: string
  /** In the order of the references in the text. */
  readonly parts: readonly SpooledPart[]
}
export type SpooledPart =
  | { readonly bytes: Uint8Array }
  | { readonly sha256: string; readonly length: number }

/**
 * What a host does for a worker. On the host it is the thing itself; on the worker it stands for a connection. A method
 * rejects with a `Away` where the other side cannot be reached: then it is tried again, and nothing has been lost.
 */
export interface Desk {
  /** Says what the worker is at, and waits for orders. */
  attend(request: AttendRequest, signal: AbortSignal): Promise<AttendAnswer>
  /** Asks for an attempt of a run. */
  start(request: StartRequest): Promise<StartAnswer>
  /** Which of these blobs the host has not got. */
  missingBlobs(key: AttemptKey, sha256: readonly string[]): Promise<string[]>
  /** @throws Away also for one that arrived damaged */
  putBlob(key: AttemptKey, sha256: string, bytes: Uint8Array): Promise<void>
  /** Events with sequences that follow one another. */
  push(key: AttemptKey, events: readonly SpooledEvent[]): Promise<PushAnswer>
  /** An attempt whose trainer is gone without a last word. */
  end(end: AttemptEnd): Promise<PushAnswer>
  datasetManifest(id: string): Promise<DatasetManifest>
  /** @param from the byte to begin at: a file that was cut off goes on */
  datasetFile(id: string, name: string, from: number): AsyncIterable<Uint8Array>
}

/** The other side is not there, or does not answer in time. */
export class Away extends Error {}

/** The other side says no for good: a token that is revoked, another protocol. The sentence is for the user. */
export class TurnedAway extends Error {}
