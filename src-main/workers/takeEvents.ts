import { wordsOf } from '../../shared/errors.ts'
import type { AttemptEnd, AttemptKey, PushAnswer } from '../../shared/worker/protocol.ts'
import { StoreError } from '../store/faults.ts'
import type { PlacedAttempt, WorkerRecord } from '../store/types/worker.ts'
import { Away, type SpooledEvent } from '../workerLink/desk.ts'
import type { DeskContext } from './deskContext.ts'
import { endAttempt } from './failedAttempt.ts'
import type { HeldBlobs } from './heldBlobs.ts'
import { refuseImplausible } from './plausible.ts'
import { DamagedEvent, rehydrate, type TakenEvent } from './rehydrate.ts'
import { lookUp, standingOf } from './standing.ts'

/**
 * Bytes of blobs whose events are stored in one transaction, about: more are taken by the next push. While 20 MB are checked and
 * written, which takes 0.1 s, the host answers nobody else.
 */
const bytesAtOnce = 2 ** 25

/** Stores what a worker's spool has of an attempt: only what follows on what is stored. */
export async function takeEvents(
  context: DeskContext,
  blobs: HeldBlobs,
  worker: WorkerRecord,
  key: AttemptKey,
  events: readonly SpooledEvent[],
): Promise<PushAnswer> {
  try {
    const standing = standingOf(context, worker, key)
    if (standing.type === 'over') return storedBefore(context, worker, key, events) ?? fenced(standing.reason)
    const { placed } = standing
    const wanted = placed.lastSeq + 1
    const fresh = events.filter(({ seq }) => seq >= wanted)
    if (fresh.length === 0) return { type: 'stored', lastSeq: placed.lastSeq }
    if (fresh.some(({ seq }, i) => seq !== wanted + i)) return { type: 'gap', wanted }
    const missing = await missingOf(blobs, key, fresh)
    if (missing.length > 0) return { type: 'blobsWanted', sha256: missing }
    return await store(context, blobs, worker, placed, fresh)
  } catch (error) {
    return laterOr(context, error)
  }
}

/** The answer that told of the last events of a run was lost: they are stored, and nobody else has the run. */
function storedBefore(
  { store }: DeskContext,
  worker: WorkerRecord,
  key: AttemptKey,
  events: readonly SpooledEvent[],
): PushAnswer | undefined {
  const lastSeq = store.workers.lastSeqOfEnded(key, worker.id)
  if (lastSeq === undefined || events.length === 0) return undefined
  return events.every(({ seq }) => seq <= lastSeq) ? { type: 'stored', lastSeq } : undefined
}

async function store(
  context: DeskContext,
  blobs: HeldBlobs,
  worker: WorkerRecord,
  placed: PlacedAttempt,
  fresh: readonly SpooledEvent[],
): Promise<PushAnswer> {
  const key = { runId: placed.runId, attempt: placed.attempt }
  const batch = firstOf(fresh)
  const events: TakenEvent[] = []
  try {
    for (const event of batch) events.push(await rehydrate(key, event, (sha256) => blobs.read(key, sha256)))
    refuseImplausible(events, placed.stepsDone)
    if (!record(context, events)) return notOurs(context, worker, key)
  } catch (error) {
    // The host's own trouble says nothing against the worker.
    if (error instanceof StoreError || error instanceof Away) throw error
    return refuse(context, blobs, placed, error)
  }
  if (events.at(-1)?.type === 'ended') await blobs.dropAll(key)
  else await blobs.drop(key, batch.flatMap(blobsOf))
  tell(context, placed, events)
  return { type: 'stored', lastSeq: events.at(-1)?.seq ?? placed.lastSeq }
}

/** In one transaction. A host that was taken for dead meanwhile, since it slept, takes its runs up again. */
function record({ store }: DeskContext, events: readonly TakenEvent[]): boolean {
  if (store.record(events)) return true
  store.workers.adopt()
  return store.record(events)
}

/** What is live and not ours is another program's of this lab, to which the worker must come: nothing of it is over. */
function notOurs(context: DeskContext, worker: WorkerRecord, key: AttemptKey): PushAnswer {
  const standing = lookUp(context, worker, key)
  if (standing.type === 'over') return fenced(standing.reason)
  const reason = `Run ${key.runId} is watched by another program of this lab; what its worker has is stored there.`
  return { type: 'later', afterMs: context.timings().retry, reason }
}

function tell(context: DeskContext, { workerId }: PlacedAttempt, taken: readonly TakenEvent[]): void {
  const events = taken.filter((event) => event.type !== 'superseded')
  const trained = events.some((event) => event.type === 'metrics')
  if (trained && workerId !== null && (context.store.workers.find(workerId)?.failures ?? 0) > 0)
    context.store.workers.countFailure(workerId, false)
  context.tellStored(events)
  if (events.some((event) => event.type === 'ended')) context.onQueueChanged()
}

/** Nothing of it is stored; the run goes on from what was, with a new attempt. */
async function refuse(
  context: DeskContext,
  blobs: HeldBlobs,
  placed: PlacedAttempt,
  error: unknown,
): Promise<PushAnswer> {
  const words = error instanceof DamagedEvent ? error.message : `they cannot be stored: ${wordsOf(error)}`
  const reason = `What its worker sent of attempt ${placed.attempt} was refused: ${words}.`
  endAttempt(context, placed, { reason, isFailure: true })
  await blobs.dropAll(placed)
  return fenced(reason)
}

/** What becomes of an attempt whose trainer is gone without a last word. */
export async function takeEnd(
  context: DeskContext,
  blobs: HeldBlobs,
  worker: WorkerRecord,
  { runId, attempt, how, reason, lastSeq }: AttemptEnd,
): Promise<PushAnswer> {
  const key = { runId, attempt }
  try {
    const standing = standingOf(context, worker, key)
    if (standing.type === 'over') return fenced(standing.reason)
    const { placed } = standing
    if (placed.lastSeq < lastSeq) return { type: 'gap', wanted: placed.lastSeq + 1 }
    endAttempt(context, placed, {
      reason: `On ${worker.name}: ${reason}`,
      isFailure: how !== 'preempted',
      isOver: true,
    })
    await blobs.dropAll(key)
    return { type: 'stored', lastSeq: placed.lastSeq }
  } catch (error) {
    return laterOr(context, error)
  }
}

/** @throws the error where it is none that passes */
function laterOr({ timings }: DeskContext, error: unknown): PushAnswer {
  if (!(error instanceof StoreError) && !(error instanceof Away)) throw error
  return { type: 'later', afterMs: timings().retry, reason: error.message }
}

const fenced = (reason: string): PushAnswer => ({ type: 'fenced', reason })

async function missingOf(
  blobs: HeldBlobs,
  key: AttemptKey,
  events: readonly SpooledEvent[],
): Promise<string[]> {
  const missing: string[] = []
  for (const sha256 of new Set(firstOf(events).flatMap(blobsOf)))
    if (!(await blobs.has(key, sha256))) missing.push(sha256)
  return missing
}

/** As many as are stored at once, at least one. */
function firstOf(events: readonly SpooledEvent[]): readonly SpooledEvent[] {
  let bytes = 0
  const end = events.findIndex((event, i) => {
    for (const part of event.parts) bytes += 'bytes' in part ? part.bytes.byteLength : part.length
    return i > 0 && bytes > bytesAtOnce
  })
  return end < 0 ? events : events.slice(0, end)
}

const blobsOf = ({ parts }: SpooledEvent): string[] =>
  parts.flatMap((part) => ('bytes' in part ? [] : [part.sha256]))
