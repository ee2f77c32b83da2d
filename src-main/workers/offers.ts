import type { QueueInfo } from '../../shared/api/workers.ts'
import { wordsOf } from '../../shared/errors.ts'
import type { EngineName, RunSpec } from '../../shared/run/spec.ts'
import type { Placement } from '../../shared/worker/placement.ts'
import type { DeviceClass, Offer } from '../../shared/worker/protocol.ts'
import { offer } from '../../shared/worker/protocol.ts'
import { classQueue, offerJobId, workerQueue } from '../../shared/worker/queues.ts'
import type { WorkerTimings } from '../../shared/worker/timings.ts'
import type { WorkerRecord } from '../store/types/worker.ts'
import { classesOf, deviceClassOf } from './deviceClass.ts'
import type { OfferQueues, WantedQueue } from './offerQueues.ts'
import type { QueueFile } from './queueFile.ts'

/*
 * Offers of runs to workers. The database is the truth and the queue a copy of it: what the queue lacks is offered (again),
 * what nobody wants any more is withdrawn. So a queue that is away, or comes back empty, costs time and nothing else.
 */

/** A run that is to be offered. */
interface OfferedRun {
  readonly run: {
    readonly id: string
    readonly attempt: number
    readonly datasetId: string
    readonly spec: Pick<RunSpec, 'device'>
    /** What it has trained on; null before. */
    readonly deviceName: EngineName | null
  }
  readonly placement: Placement
}

/** The part of the store of workers that offers follow from. */
export interface OfferSource {
  any(): boolean
  list(): readonly Pick<WorkerRecord, 'id' | 'state' | 'joinedAt' | 'about'>[]
  /** In the order of the lab's queue. */
  offerable(): readonly OfferedRun[]
}

export interface OffersContext {
  readonly store: OfferSource
  /** The queue of this lab as it is known now; undefined where none was ever served. */
  access(): QueueFile | undefined
  readonly timings: Pick<WorkerTimings, 'reconcile' | 'retry'>
  readonly protocol: number
  /** Bytes that a run's data set takes in memory. */
  memoryOf?(datasetId: string): number
  log(line: string): void
}

export interface Offers {
  /** Something has changed: runs, or workers. Returns at once; what changed within a moment is done together. */
  poke(): void
  state(): Promise<QueueInfo>
  close(): Promise<void>
}

/** Milliseconds: a study queues its runs one after another. */
const moment = 20

export function createOffers(context: OffersContext): Offers {
  let link: { readonly to: string; readonly queues: OfferQueues } | undefined
  let state: QueueInfo = { state: 'none', address: null, words: howToServe, offers: 0 }
  let soon: NodeJS.Timeout | undefined
  let work: Promise<void> = Promise.resolve()
  let isClosed = false
  let problem: string | undefined

  const poke = (): void => {
    if (isClosed) return
    soon ??= setTimeout(() => {
      soon = undefined
      work = work.then(compare)
    }, moment)
  }
  const drop = (): void => {
    link?.queues.close()
    link = undefined
  }

  /** Never rejects. */
  async function compare(): Promise<void> {
    try {
      await compareOnce()
      problem = undefined
    } catch (error) {
      const words = wordsOf(error)
      // Once for each problem: it is tried again and again.
      if (!isClosed && words !== problem) context.log(`Offers to workers wait, and are tried again: ${words}`)
      problem = words
    }
  }

  async function compareOnce(): Promise<void> {
    if (isClosed || (link === undefined && !context.store.any())) return
    const queue = context.access()
    if (queue === undefined) {
      drop()
      state = { state: 'none', address: null, words: howToServe, offers: 0 }
      return
    }
    const queues = await linkTo(queue)
    const address = `${queue.host}:${queue.port}`
    const offers = wantedOf(context)
    if (queues?.isReady() !== true) {
      const count = offers.reduce((sum, of) => sum + of.offers.length, 0)
      state = { state: 'away', address, words: `${address} cannot be reached: ${howToStart}`, offers: count }
      return
    }
    await queues.users.set(
      context.store.list().filter(({ state }) => state !== 'removed' && state !== 'invited'),
    )
    state = { state: 'ready', address, words: null, offers: await queues.offer(offers) }
  }

  async function linkTo(queue: QueueFile): Promise<OfferQueues | undefined> {
    const to = JSON.stringify(queue)
    if (link?.to !== to) {
      drop()
      const { openOfferQueues } = await import('./offerQueues.ts')
      if (isClosed) return undefined
      const { protocol, timings } = context
      link = { to, queues: openOfferQueues({ queue, protocol, retry: timings.retry, onReady: poke }) }
    }
    return link.queues
  }

  const timer = setInterval(poke, context.timings.reconcile)
  timer.unref()
  poke()
  return {
    poke,
    async state() {
      const isAway = state.state === 'ready' && link?.queues.isReady() !== true
      return isAway
        ? { ...state, state: 'away', words: `${state.address} cannot be reached: ${howToStart}` }
        : state
    },
    async close() {
      isClosed = true
      clearInterval(timer)
      clearTimeout(soon)
      // What waits for an answer is turned away with the connection.
      drop()
      await work
      drop()
    },
  }
}

export const howToServe = 'No queue is served yet: run "anneal workers serve-queue" on this machine.'
const howToStart = 'start "anneal workers serve-queue" on this machine again. Runs that train go on.'

function wantedOf({ store, protocol, memoryOf }: OffersContext): WantedQueue[] {
  const queues = new Map<string, { id: string; offer: Offer }[]>()
  const offerable = store.offerable()
  const there = offerable.length === 0 ? new Set<DeviceClass>() : classesOf(store.list())
  for (const placed of offerable) {
    const deviceClass = deviceClassOf(placed.run, there)
    const name = queueFor(placed, protocol, deviceClass)
    if (name === undefined) continue
    const { id, attempt, datasetId } = placed.run
    const offers = queues.get(name) ?? []
    queues.set(name, offers)
    offers.push({
      id: offerJobId(id, attempt + 1),
      offer: offer.parse({
        protocol,
        runId: id,
        deviceClass,
        memory: memoryOf?.(datasetId) ?? 0,
        datasetId,
      }),
    })
  }
  return [...queues].map(([name, offers]) => ({ name, offers }))
}

/** undefined for Slurm, which is asked in another way. */
function queueFor(placed: OfferedRun, protocol: number, deviceClass: DeviceClass): string | undefined {
  switch (placed.placement.at) {
    case 'slurm':
      return undefined
    case 'worker':
      return workerQueue(protocol, placed.placement.workerId)
    case 'anyWorker':
      return classQueue(protocol, deviceClass)
  }
}
