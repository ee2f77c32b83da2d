import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { UserError } from '../../shared/errors.ts'
import { type QueueAccess, workerProtocol } from '../../shared/worker/protocol.ts'
import type { WorkerTimings } from '../../shared/worker/timings.ts'
import { bytesPerValue, exampleSize, storedMeta } from '../datasets/meta.ts'
import type { WorkerRecord } from '../store/types/worker.ts'
import type { Store } from '../store/types.ts'
import { createOffers, type Offers } from './offers.ts'
import { ownHost } from './ownAddress.ts'
import { accessOf, type QueueFile, readQueueFile } from './queueFile.ts'

/* The queue of a lab, as the service of its workers uses it. */

export interface LabOffersOptions {
  readonly home: string
  readonly store: Store
  readonly timings: WorkerTimings
  log(line: string): void
}

export function createLabOffers({ home, store, timings, log }: LabOffersOptions): Offers {
  const memory = new Map<string, number>()
  return createOffers({
    store: store.workers,
    access: () => readQueueFile(home),
    timings,
    protocol: workerProtocol,
    memoryOf(datasetId) {
      const known = memory.get(datasetId) ?? memoryOf(store, datasetId)
      memory.set(datasetId, known)
      return known
    },
    log,
  })
}

const sized = z.object(storedMeta.shape).pick({ shape: true, dtype: true, trainCount: true, testCount: true })

/** Bytes that its examples take; 0 where that is not known. */
function memoryOf({ read }: Store, datasetId: string): number {
  const { data } = sized.safeParse(read.datasets().find(({ id }) => id === datasetId)?.meta)
  if (data === undefined) return 0
  return (data.trainCount + data.testCount) * exampleSize(data.shape) * bytesPerValue(data.dtype)
}

/** Milliseconds for which a look at the queue's file counts: every worker asks several times a minute. */
const fresh = 1_000

/** Where a worker finds the queue; null where none was ever served. `via`: how the worker reaches this machine, where that is known. */
export function createQueueAccess(
  home: string,
  log: (line: string) => void,
): (worker: WorkerRecord, via: string | undefined) => QueueAccess | null {
  let queue: QueueFile | undefined
  let lookedAt = Number.NEGATIVE_INFINITY
  const look = (): QueueFile | undefined => {
    try {
      return readQueueFile(home)
    } catch (error) {
      // Workers attend all the same, and what trains goes on.
      if (!(error instanceof UserError)) throw error
      log(error.message)
      return undefined
    }
  }
  /** Of the queue as it is known now. */
  const made = new Map<string, QueueAccess>()
  return (worker, via = ownHost()) => {
    if (performance.now() - lookedAt > fresh) {
      const found = look()
      if (!isDeepStrictEqual(found, queue)) made.clear()
      queue = found
      lookedAt = performance.now()
    }
    if (queue === undefined) return null
    const name = `${worker.id} ${worker.joinedAt} ${via}`
    const access = made.get(name) ?? accessOf(queue, worker, via)
    // What a worker calls this machine is its own affair, and no reason to remember without end.
    if (made.size > 1_000) made.clear()
    made.set(name, access)
    return access
  }
}
