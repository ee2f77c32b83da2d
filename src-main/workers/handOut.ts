import { show, UserError, wordsOf } from '../../shared/errors.ts'
import { isActive } from '../../shared/run/state.ts'
import { type Placement, slurmWorkerName } from '../../shared/worker/placement.ts'
import { type StartAnswer, type StartRequest, workerProtocol } from '../../shared/worker/protocol.ts'
import { startMessage } from '../runs/startMessage.ts'
import { StoreError } from '../store/faults.ts'
import type { PlacedAttempt, WorkerRecord } from '../store/types/worker.ts'
import type { RunRecord } from '../store/types.ts'
import { TurnedAway } from '../workerLink/desk.ts'
import type { DeskContext } from './deskContext.ts'
import { endAttempt } from './failedAttempt.ts'
import type { Spooled } from './spooledBy.ts'

/** @throws TurnedAway for another protocol, whichever is the older */
export function refuseOtherProtocol(protocol: number): void {
  const words = otherProtocol(protocol)
  if (words !== undefined) throw new TurnedAway(words)
}

/** One sentence, before any claim; undefined where both speak the same. */
export function otherProtocol(protocol: number): string | undefined {
  if (protocol === workerProtocol) return undefined
  const wayOut =
    protocol < workerProtocol
      ? 'start the worker again, so that it fetches the version of the host'
      : 'update Anneal on the host'
  return `This worker speaks protocol ${protocol} and its host protocol ${workerProtocol}; ${wayOut}.`
}

/**
 * Gives a worker an attempt of a run, with all that its trainer needs but the data.
 * @throws TurnedAway for another protocol
 */
export async function handOut(
  context: DeskContext,
  worker: WorkerRecord,
  spooled: Spooled,
  request: StartRequest,
): Promise<StartAnswer> {
  refuseOtherProtocol(request.protocol)
  const { store, catalogue } = context
  try {
    const before = exactRun(context, request.runId)
    const refused = refusalOf(context, worker, before, request)
    if (refused !== undefined) return refused
    // Whoever asks again for what it has, without an event of it, never heard the answer.
    const placed = store.workers.placedAttempt(request.runId)
    if (placed !== undefined && !beganAgain(context, worker, placed, request))
      return ofActive(context, worker, spooled, placed)
    await catalogue.resolve(before.datasetId)
  } catch (error) {
    if (error instanceof StoreError) return later(context, error.message)
    if (!(error instanceof UserError)) throw error
    return unstartable(context, request.runId, error)
  }
  return claim(context, worker, request)
}

/** Nothing else happens between the looks and the claim: what cannot begin is never claimed. */
function claim(context: DeskContext, worker: WorkerRecord, request: StartRequest): StartAnswer {
  const { store } = context
  const { runId, slurmJob } = request
  try {
    const run = exactRun(context, runId)
    const refused = refusalOf(context, worker, run, request)
    if (refused !== undefined) return refused
    const planned = startMessage(store, run)
    const claimed = store.workers.claim(runId, {
      workerId: worker.id,
      ...(slurmJob !== undefined && { slurmJob }),
    })
    if (claimed === undefined) return later(context, `Run ${runId} cannot begin yet.`)
    return answer({ ...planned, attempt: claimed.attempt }, claimed)
  } catch (error) {
    if (error instanceof StoreError && error.kind !== 'damaged') return later(context, error.message)
    if (!(error instanceof UserError)) throw error
    return unstartable(context, runId, error)
  }
}

const answer = (start: ReturnType<typeof startMessage>, run: RunRecord): StartAnswer => ({
  type: 'start',
  start,
  // A run that has begun stays on its device.
  device: run.deviceName ?? run.spec.device,
})

const later = ({ timings }: DeskContext, reason: string): StartAnswer => ({
  type: 'later',
  afterMs: timings().offerAgain,
  reason,
})

/** @throws UserError where no run has exactly this id */
function exactRun({ store }: DeskContext, runId: string): RunRecord {
  const run = store.read.run(runId)
  if (run.id !== runId) throw new UserError(`There is no run ${show(runId)}.`)
  return run
}

/** undefined: it may have it. */
function refusalOf(
  context: DeskContext,
  { id, name, state }: WorkerRecord,
  run: RunRecord,
  { slurmJob }: StartRequest,
): StartAnswer | undefined {
  // What a worker says of itself is no proof: jobs of Slurm have a token of their own.
  if ((slurmJob !== undefined) !== (name === slurmWorkerName))
    return {
      type: 'void',
      reason: `Only jobs of Slurm take runs as such, and nothing else (received ${name}).`,
    }
  const isWaiting = run.status === 'queued' || isActive(run.status)
  if (run.place === null || !isWaiting)
    return { type: 'void', reason: `Run ${run.id} is no longer to be had: it is ${run.status}.` }
  if (!isFor(run.place.placement, id, slurmJob))
    return { type: 'void', reason: `Run ${run.id} is to train elsewhere, not on ${name}.` }
  if (state !== 'joined') return later(context, `${name} is ${state} and takes no runs now.`)
  return undefined
}

function isFor(placement: Placement, workerId: string, slurmJob: string | undefined): boolean {
  switch (placement.at) {
    case 'anyWorker':
      return slurmJob === undefined
    case 'worker':
      return placement.workerId === workerId
    case 'slurm':
      return slurmJob !== undefined
  }
}

/**
 * Slurm begins a job again only when what ran in it is over, be it that it was preempted or that its node failed: the attempt
 * is given up. One of a node that is cut off and trains on is fenced like any other.
 */
function beganAgain(
  context: DeskContext,
  worker: WorkerRecord,
  placed: PlacedAttempt,
  { slurmJob }: StartRequest,
): boolean {
  if (slurmJob === undefined || placed.slurmJob !== slurmJob || placed.workerId !== worker.id) return false
  const reason = `Slurm began job ${slurmJob} again.`
  return endAttempt(context, placed, { reason, isFailure: false, isOver: true })
}

/** Somebody has it already: this worker, who may not have heard so, or another within the host's patience. */
function ofActive(
  context: DeskContext,
  worker: WorkerRecord,
  spooled: Spooled,
  placed: PlacedAttempt,
): StartAnswer {
  const { store } = context
  // All jobs of Slurm are one worker: one of them must not get what another has.
  const isOwn = placed.workerId === worker.id && placed.slurmJob === null
  if (isOwn && placed.lastSeq < 0 && !spooled.has(worker.id, placed)) {
    const run = store.read.run(placed.runId)
    return answer(startMessage(store, run), run)
  }
  const name = (placed.workerId && store.workers.find(placed.workerId)?.name) ?? 'another worker'
  const since =
    placed.contactAt === null ? '' : `, last heard of at ${new Date(placed.contactAt).toISOString()}`
  return later(context, `Run ${placed.runId} is with ${name}${since}; it is waited for.`)
}

/** As a run of this machine that cannot begin: it waits no longer, and says why. */
function unstartable({ store, onQueueChanged }: DeskContext, runId: string, error: UserError): StartAnswer {
  const reason = wordsOf(error)
  try {
    const run = store.read.run(runId)
    if (run.id === runId && run.status === 'queued') {
      store.write.setStatus(runId, 'failed', reason)
      onQueueChanged()
    }
  } catch (refused) {
    // Deleted, or the disk is full: the offer comes back where the run is still there.
    if (!(refused instanceof UserError)) throw refused
  }
  return { type: 'void', reason }
}
