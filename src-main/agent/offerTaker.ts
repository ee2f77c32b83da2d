import { DelayedError, type Job, Worker } from 'bullmq'
import type { Redis } from 'ioredis'
import { wordsOf } from '../../shared/errors.ts'
import {
  type DeviceClass,
  type Offer,
  offer,
  type QueueAccess,
  workerProtocol,
} from '../../shared/worker/protocol.ts'
import { classQueue, queuePrefix, workerQueue } from '../../shared/worker/queues.ts'
import type { WorkerTimings } from '../../shared/worker/timings.ts'
import { connectToQueue } from '../workerLink/queueConnection.ts'

/*
 * The worker's end of the queue. An offer stays in this worker's hands as long as its attempt goes on, be it for days: BullMQ
 * renews its lease. A lease that is lost, with the queue or without, changes nothing here: the host says what holds.
 */

/** What becomes of an offer: it is over, or it comes back to the queue. */
export type OfferOutcome = { readonly type: 'done' } | { readonly type: 'later'; readonly afterMs: number }

export interface OfferTakerContext {
  readonly workerId: string
  /** sha256 of the host's certificate, which is the queue's too. */
  readonly pin: string
  /** How many slots can take runs of a class: that many offers of it are held at once. */
  readonly classes: Slots
  readonly timings: Pick<WorkerTimings, 'lease' | 'stalled' | 'retry' | 'offerAgain'>
  /** Lasts as long as the attempt does. */
  onOffer(offer: Offer): Promise<OfferOutcome>
  log(line: string): void
}
export type Slots = Partial<Record<DeviceClass, number>>

export interface OfferTaker {
  /** Where the queue is; null: none. */
  setAccess(access: QueueAccess | null): void
  setClasses(classes: Slots): void
  /** Closed while it drains, or has no slot left. What it holds it keeps. */
  setOpen(isOpen: boolean): void
  /** Leaves the queue at once; what it still holds is offered again when its lease is over. */
  close(): Promise<void>
}

/** Open to nothing before it is told where the queue is. */
export function createOfferTaker(context: OfferTakerContext): OfferTaker {
  let { classes } = context
  let access: string | undefined
  let isOpen = true
  let line: Line | undefined
  const closing = new Set<Promise<void>>()
  const leave = (): void => {
    const left = line?.close()
    line = undefined
    if (left === undefined) return
    closing.add(left)
    void left.then(() => closing.delete(left))
  }
  const adjust = (): void => line?.adjust(classes, isOpen)
  return {
    setAccess(next) {
      const text = next === null ? undefined : JSON.stringify(next)
      if (text === access) return
      access = text
      leave()
      if (next !== null) line = openLine(context, next, () => isOpen)
      adjust()
    },
    setClasses(next) {
      classes = next
      adjust()
    },
    setOpen(next) {
      isOpen = next
      adjust()
    },
    async close() {
      isOpen = false
      access = undefined
      leave()
      await Promise.all(closing)
    },
  }
}

/** A connection and what is taken over it. */
interface Line {
  adjust(classes: Slots, isOpen: boolean): void
  close(): Promise<void>
}

function openLine(context: OfferTakerContext, access: QueueAccess, isOpen: () => boolean): Line {
  const redis = connectToQueue({ ...access, pin: context.pin }, context.timings.retry)
  const takers = new Map<string, QueueTaker>()
  return {
    adjust(classes, isOpenNow) {
      const wanted = new Map<string, number>()
      for (const [name, slots] of namesOf(classes, context.workerId)) wanted.set(name, isOpenNow ? slots : 0)
      for (const [name, slots] of wanted) {
        const taker =
          takers.get(name) ?? (slots > 0 ? openQueueTaker(context, name, redis, isOpen) : undefined)
        if (taker !== undefined) takers.set(name, taker)
        taker?.setSlots(slots)
      }
    },
    async close() {
      await Promise.all([...takers.values()].map((taker) => taker.close()))
      redis.disconnect()
    },
  }
}

/** Queues, and how many of their offers fit at once. */
function namesOf(classes: Slots, workerId: string): [string, number][] {
  const { processor = 0, webgpu = 0, cuda = 0 } = classes
  const own = Math.max(processor, webgpu, cuda)
  return [
    [classQueue(workerProtocol, 'processor'), processor],
    [classQueue(workerProtocol, 'webgpu'), webgpu],
    [classQueue(workerProtocol, 'cuda'), cuda],
    [workerQueue(workerProtocol, workerId), own],
  ]
}

interface QueueTaker {
  /** 0: takes nothing new. */
  setSlots(slots: number): void
  close(): Promise<void>
}

/** Seconds that a connection waits for an offer: BullMQ's longest, so that idle workers hardly ask. */
const longestWait = 10
/** Rests one after another, without a good answer between them, after which a BullMQ worker is replaced. */
const mostRests = 3
/** A worker that was lost is no reason to drop an offer, however often it happens. */
const noLimit = 1e9

function openQueueTaker(
  context: OfferTakerContext,
  name: string,
  connection: Redis,
  isOpen: () => boolean,
): QueueTaker {
  const { lease, stalled, retry } = context.timings
  let slots = 0
  let held = 0
  let rests = 0
  let resting: NodeJS.Timeout | undefined
  let isStarted = false
  let isClosed = false
  const hold = async (job: Job<unknown>, token: string | undefined): Promise<void> => {
    held += 1
    try {
      await take(context, job, token, isOpen() && slots > 0)
    } finally {
      held -= 1
    }
  }
  const open = (): Worker => {
    const opened = new Worker(name, hold, {
      connection,
      prefix: queuePrefix,
      concurrency: 1,
      autorun: false,
      lockDuration: lease,
      stalledInterval: stalled,
      maxStalledCount: noLimit,
      drainDelay: longestWait,
      runRetryDelay: retry,
    })
    // A queue that turns every request down (its disk is full, this user is not known yet) is not to be asked without a pause.
    opened.on('error', () => {
      if (opened === worker) rest()
    })
    for (const fine of ['active', 'drained'] as const)
      opened.on(fine, () => {
        if (opened === worker) rests = 0
      })
    return opened
  }
  const adjust = (): void => {
    if (isClosed) return
    if (slots > 0) worker.concurrency = slots
    const isWanted = slots > 0 && resting === undefined
    if (!isWanted) void worker.pause(true)
    else if (isStarted) void worker.resume()
    else {
      isStarted = true
      worker.run().catch(() => undefined)
    }
  }
  const rest = (): void => {
    resting ??= setTimeout(() => {
      resting = undefined
      // While the queue is away nobody answers, and none is dead for that.
      rests = connection.status === 'ready' ? rests + 1 : 0
      if (rests >= mostRests && held === 0 && !isClosed) replace()
      adjust()
    }, retry)
    adjust()
  }
  /** One whose very first question the queue turned down stays dead, also when the queue knows its user by then. */
  const replace = (): void => {
    const dead = worker
    worker = open()
    isStarted = false
    rests = 0
    dead.close(true).catch(() => undefined)
  }
  let worker = open()
  return {
    setSlots(next) {
      slots = next
      adjust()
    },
    async close() {
      isClosed = true
      clearTimeout(resting)
      await worker.close(true)
    },
  }
}

/** Returns when the offer is done. @throws DelayedError when it has gone back into the queue */
async function take(
  { timings, onOffer, log }: OfferTakerContext,
  job: Job<unknown>,
  token: string | undefined,
  isOpen: boolean,
): Promise<void> {
  const parsed = offer.safeParse(job.data)
  if (!parsed.success || parsed.data.protocol !== workerProtocol) {
    log(`An offer of the queue was passed over, since it is none of protocol ${workerProtocol}.`)
    return
  }
  // It came while the last slot was taken: for others at once.
  const outcome: OfferOutcome = isOpen
    ? await outcomeOf(onOffer, parsed.data, timings, log)
    : { type: 'later', afterMs: 0 }
  if (outcome.type === 'done') return
  await job.moveToDelayed(Date.now() + outcome.afterMs, token)
  throw new DelayedError()
}

async function outcomeOf(
  onOffer: OfferTakerContext['onOffer'],
  taken: Offer,
  { offerAgain }: Pick<WorkerTimings, 'offerAgain'>,
  log: (line: string) => void,
): Promise<OfferOutcome> {
  try {
    return await onOffer(taken)
  } catch (error) {
    log(`The offer of run ${taken.runId} went back: ${wordsOf(error)}`)
    return { type: 'later', afterMs: offerAgain }
  }
}
