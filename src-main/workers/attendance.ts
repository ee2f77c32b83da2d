import { setTimeout } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import type { AttendAnswer, AttendRequest, Order } from '../../shared/worker/protocol.ts'
import { StoreError } from '../store/faults.ts'
import type { PlacedAttempt, WorkerRecord } from '../store/types/worker.ts'
import type { DeskContext } from './deskContext.ts'
import { endAttempt } from './failedAttempt.ts'
import { otherProtocol } from './handOut.ts'
import type { LabWatch } from './labWatch.ts'
import type { Orders } from './orders.ts'
import type { Spooled } from './spooledBy.ts'
import { isOf, lookUp, standingOf } from './standing.ts'

/** Answers workers that say what they are at, and lets them wait for orders. */
export interface Attendance {
  attend(from: Attender, request: AttendRequest, signal: AbortSignal): Promise<AttendAnswer>
}

export interface Attender {
  readonly workerId: string
  /** By which name or address it reaches this machine, where that is known. */
  readonly via?: string | undefined
}

interface Parts {
  readonly orders: Orders
  readonly spooled: Spooled
  readonly watch: LabWatch
}

export function createAttendance(context: DeskContext, { orders, spooled, watch }: Parts): Attendance {
  const { store, timings, now } = context
  const placedOf = createPlacedView(context)

  const ordersFor = (worker: WorkerRecord, request: AttendRequest): Order[] => {
    const mine = placedOf(worker.id)
    const over = request.spooled.filter((key) => !mine.some((placed) => isOf(placed, worker, key)))
    const fences = over.flatMap((key): Order[] => {
      const standing = lookUp(context, worker, key)
      if (standing.type === 'live' || !orders.fence(key)) return []
      return [{ type: 'fence', ...key, reason: standing.reason }]
    })
    // All jobs of Slurm are one worker, of which each speaks for itself.
    const own = mine.filter(
      (placed) => placed.slurmJob === null || request.spooled.some((key) => isOf(placed, worker, key)),
    )
    return [...fences, ...orders.due(own)]
  }
  const known = (workerId: string): WorkerRecord | undefined => {
    const worker = store.workers.find(workerId)
    return worker?.state === 'removed' ? undefined : worker
  }
  /** Nothing that is stored here is lost with a disk that is full: the worker is here, and is answered. */
  const tolerantly = <T>(work: () => T): T | undefined => {
    try {
      return work()
    } catch (error) {
      if (!(error instanceof StoreError)) throw error
      return undefined
    }
  }
  const come = (worker: WorkerRecord, request: AttendRequest): void => {
    const { about, protocol, build } = request
    spooled.said(worker.id, request.spooled)
    tolerantly(() => orders.delivered(placedOf(worker.id), request.delivered))
    tolerantly(() => store.workers.seen(worker.id, { about, protocol, build }))
    tolerantly(() => {
      const live = request.spooled.filter((key) => standingOf(context, worker, key).type === 'live')
      store.workers.touch(live, now())
      for (const placed of lostBy(context, worker, request)) {
        const reason = `${worker.name} no longer has what it trained of it.`
        endAttempt(context, placed, { reason, isFailure: true })
      }
    })
  }

  return {
    async attend({ workerId, via }, request, signal) {
      const first = known(workerId)
      if (first === undefined) return revoked
      const other = otherProtocol(request.protocol)
      if (other !== undefined) return { type: 'refused', reason: other }
      come(first, request)
      const until = now() + timings().attend
      const before = noticesFor(context, first, via)
      for (let worker: WorkerRecord | undefined = first; worker !== undefined; worker = known(workerId)) {
        const found = tolerantly(() => ordersFor(first, request)) ?? []
        const notices = worker === first ? before : noticesFor(context, worker, via)
        const isNews = found.length > 0 || !isDeepStrictEqual(notices, before)
        const left = until - now()
        const isOver = left <= 0 || signal.aborted || watch.isClosed()
        if (isNews || request.hurry || isOver)
          return { type: 'orders', orders: found, ...notices, build: await context.build() }
        await watch.changed(left, signal)
        // Of a lab in which much changes at once, the looks do not follow one another without end.
        if (!signal.aborted) await setTimeout(20)
      }
      return revoked
    },
  }
}

const revoked: AttendAnswer = {
  type: 'refused',
  reason: 'This worker was removed from its lab; add it again there if it is to train more.',
}

/** What a worker is told besides orders: where it changes, the worker is told at once. */
const noticesFor = (context: DeskContext, worker: WorkerRecord, via: string | undefined) => ({
  draining: worker.state !== 'joined',
  timings: context.timings(),
  queue: context.queueAccess(worker, via),
})

/**
 * Attempts that the worker had and says nothing of any more: the answer that gave it one was lost, or its spool. An attempt
 * that it has only just been given may be missing from what it said.
 */
function lostBy(
  { store, timings, now }: DeskContext,
  worker: WorkerRecord,
  request: AttendRequest,
): PlacedAttempt[] {
  return store.workers
    .placed()
    .filter(
      (placed) =>
        placed.workerId === worker.id &&
        placed.slurmJob === null &&
        placed.contactAt !== null &&
        now() - placed.contactAt > timings().outOfTouch &&
        !request.spooled.some((key) => isOf(placed, worker, key)),
    )
}

/** The attempts of each worker, read once for all workers that wait, as long as nothing changes. */
function createPlacedView({ store }: DeskContext): (workerId: string) => PlacedAttempt[] {
  let version = -1
  let placed: PlacedAttempt[] = []
  return (workerId) => {
    const current = store.read.version()
    if (current !== version) {
      placed = store.workers.placed()
      version = current
    }
    return placed.filter((each) => each.workerId === workerId)
  }
}
