import type { Part, ReadPredictions } from '../../shared/ensemble/predictions.ts'
import type { StoredAnswers } from '../../shared/ensemble/workbench.ts'

/* The stored answers of many snapshots, fetched some at a time, so that one sees how far it is and may stop and go on. */

/** Snapshots asked for in one request: megabytes, and some milliseconds of work when they come. */
export const batchSize = 16

/** Requests under way: the next one is read from the disk while one is sent. */
const abreast = 3

export interface LoadProgress {
  /** Snapshots of which both parts are there. */
  readonly done: number
  readonly total: number
  /** Of those that had to be fetched. */
  readonly bytes: number
}

/** One part of some snapshots, in their order, and how many bytes that took. */
export interface Batch {
  readonly found: readonly ReadPredictions[]
  readonly bytes: number
}

export interface Loading {
  /** What is there already, or came before a loading was stopped: it is not asked for again. What comes is added. */
  readonly kept: Map<string, ReadPredictions>
  readonly fetch: (snapshotIds: readonly number[], part: Part, signal: AbortSignal) => Promise<Batch>
  readonly signal: AbortSignal
  readonly onProgress: (progress: LoadProgress) => void
}

export const keyOf = (snapshotId: number, part: Part): string => `${snapshotId} ${part}`

/**
 * The answers of all of them, in their order.
 * @throws what the first request that fails throws; what came until then stays in `kept`
 */
export async function loadAnswers(
  snapshotIds: readonly number[],
  { kept, fetch, signal, onProgress }: Loading,
): Promise<StoredAnswers[]> {
  const stop = new AbortController()
  const either = AbortSignal.any([signal, stop.signal])
  const line = requestsFor(snapshotIds, kept)
  let bytes = 0
  const tell = (): void =>
    onProgress({
      done: snapshotIds.filter((id) => isWhole(id, kept)).length,
      total: snapshotIds.length,
      bytes,
    })
  const work = async (): Promise<void> => {
    for (let next = line.shift(); next !== undefined; next = line.shift()) {
      either.throwIfAborted()
      const { ids, part } = next
      const batch = await fetch(ids, part, either)
      either.throwIfAborted()
      for (const [k, id] of ids.entries()) kept.set(keyOf(id, part), batch.found[k] ?? null)
      bytes += batch.bytes
      tell()
    }
  }
  tell()
  try {
    await Promise.all(Array.from({ length: abreast }, work))
  } catch (error) {
    stop.abort()
    throw error
  }
  return snapshotIds.map((snapshotId) => ({
    snapshotId,
    validation: kept.get(keyOf(snapshotId, 'validation')) ?? null,
    test: kept.get(keyOf(snapshotId, 'test')) ?? null,
  }))
}

const parts = ['validation', 'test'] as const

const isWhole = (id: number, kept: ReadonlyMap<string, ReadPredictions>): boolean =>
  parts.every((part) => kept.has(keyOf(id, part)))

/** Both parts of a snapshot one after the other, so that those loaded before a stop are whole. */
function requestsFor(
  snapshotIds: readonly number[],
  kept: ReadonlyMap<string, ReadPredictions>,
): { readonly ids: readonly number[]; readonly part: Part }[] {
  const missing = snapshotIds.filter((id) => !isWhole(id, kept))
  return Array.from({ length: Math.ceil(missing.length / batchSize) }, (_, k) =>
    missing.slice(batchSize * k, batchSize * (k + 1)),
  ).flatMap((ids) =>
    parts.flatMap((part) => {
      const own = ids.filter((id) => !kept.has(keyOf(id, part)))
      return own.length === 0 ? [] : [{ ids: own, part }]
    }),
  )
}
