import path from 'node:path'
import { type AttemptKey, type AttendAnswer, sha256 as digest } from '../../shared/worker/protocol.ts'
import type { WorkerRecord } from '../store/types/worker.ts'
import { type Desk, TurnedAway } from '../workerLink/desk.ts'
import { createAttendance } from './attendance.ts'
import { createDatasetFiles } from './datasetFiles.ts'
import type { DeskContext } from './deskContext.ts'
import { handOut } from './handOut.ts'
import { createHeldBlobs } from './heldBlobs.ts'
import { createTurns } from './inTurn.ts'
import { createLabWatch } from './labWatch.ts'
import { createOrders } from './orders.ts'
import { createSpooled } from './spooledBy.ts'
import { standingOf } from './standing.ts'
import { takeEnd, takeEvents } from './takeEvents.ts'

/*
 * What the host does for its workers, whatever carries their messages: HTTPS (server.ts), a shared folder, or the standard
 * streams of an SSH session. All calls that say something of one run are done one after another.
 *
 *   start ──► handOut.ts      one attempt of a run, or later, or void
 *   push, end ► takeEvents.ts  lastSeq + 1 alone ─► rehydrate.ts ─► store.record, one transaction
 *   putBlob ─► heldBlobs.ts   on disk until its event is stored
 *   attend ──► attendance.ts  who is there, who has gone silent; answered with orders.ts
 */

/** A desk that also takes a blob piece by piece, so that none has to be in memory whole. */
export interface HostDeskOfWorker extends Desk {
  takeBlob(key: AttemptKey, sha256: string, pieces: AsyncIterable<Uint8Array>): Promise<void>
}

export interface HostDesk {
  /**
   * @param via by which name or address the worker reaches this machine, where that is known
   * @throws TurnedAway, from all of its methods, once the worker was removed; `attend` says so
   */
  deskFor(workerId: string, via?: string): HostDeskOfWorker
  /** Answers those who wait for orders at once: something changed that the database does not tell. */
  wake(): void
  /** Takes away what waits of attempts that are over. */
  sweep(): Promise<void>
  close(): void
}

export function createHostDesk(context: DeskContext): HostDesk {
  const { store } = context
  const blobs = createHeldBlobs(path.join(context.folder, 'blobs'))
  const watch = createLabWatch(store.read)
  const spooled = createSpooled()
  const attendance = createAttendance(context, { orders: createOrders(context), spooled, watch })
  const files = createDatasetFiles(context.catalogue)
  const inTurn = createTurns()

  const known = (workerId: string): WorkerRecord => {
    const worker = store.workers.find(workerId)
    if (worker === undefined || worker.state === 'removed')
      throw new TurnedAway('This worker was removed from its lab; add it again there if it is to train more.')
    return worker
  }
  const isLive = (workerId: string, key: AttemptKey): boolean =>
    standingOf(context, known(workerId), key).type === 'live'

  return {
    deskFor: (workerId, via) => ({
      attend: (request, signal): Promise<AttendAnswer> =>
        attendance.attend({ workerId, via }, request, signal),
      start: (request) => inTurn(request.runId, () => handOut(context, known(workerId), spooled, request)),
      async missingBlobs(key, wanted) {
        // Of an attempt that is over nothing is wanted: the push will be told so.
        if (!isLive(workerId, key)) return []
        const missing: string[] = []
        for (const each of new Set(wanted))
          if (!(await blobs.has(key, digest.parse(each)))) missing.push(each)
        return missing
      },
      async putBlob(key, sha256, bytes) {
        if (isLive(workerId, key)) await blobs.put(key, digest.parse(sha256), [bytes])
      },
      async takeBlob(key, sha256, pieces) {
        if (isLive(workerId, key)) await blobs.put(key, digest.parse(sha256), pieces)
      },
      push: (key, events) =>
        inTurn(key.runId, () => takeEvents(context, blobs, known(workerId), key, events)),
      end: (end) => inTurn(end.runId, () => takeEnd(context, blobs, known(workerId), end)),
      async datasetManifest(id) {
        known(workerId)
        return files.manifest(id)
      },
      async *datasetFile(id, name, from) {
        known(workerId)
        yield* files.file(id, name, from)
      },
    }),
    wake: watch.wake,
    sweep: () => blobs.sweep(store.workers.placed()),
    close: watch.close,
  }
}
