import { Queue } from 'bullmq'
import type { Redis } from 'ioredis'
import type { Offer } from '../../shared/worker/protocol.ts'
import { queuePrefix } from '../../shared/worker/queues.ts'
import { connectToQueue } from '../workerLink/queueConnection.ts'
import { planOffers } from './offerPlan.ts'
import { ownAccess, type QueueFile } from './queueFile.ts'
import { createQueueUsers, type QueueUsers } from './queueUsers.ts'

/*
 * The host's end of the queue. The only file, besides the worker's taker, that knows BullMQ: it is loaded when the first
 * worker has joined and a queue is there.
 */

/** The offers of one queue, in order. */
export interface WantedQueue {
  readonly name: string
  readonly offers: readonly { readonly id: string; readonly offer: Offer }[]
}

export interface OfferQueues {
  isReady(): boolean
  readonly users: QueueUsers
  /**
   * Has the queues offer what is wanted, and nothing else.
   * @returns how many offers wait for a worker
   */
  offer(wanted: readonly WantedQueue[]): Promise<number>
  close(): void
}

export function openOfferQueues(settings: {
  readonly queue: QueueFile
  readonly protocol: number
  /** Milliseconds between two tries. */
  readonly retry: number
  /** Also after each time that it was away. */
  onReady(): void
}): OfferQueues {
  const redis = connectToQueue(ownAccess(settings.queue), settings.retry, 'fail')
  const users = createQueueUsers(redis, settings.queue, settings.protocol)
  const queues = new Map<string, HostQueue>()
  /** Queues that may hold something; undefined when the server must be asked, which may be another one by now. */
  let holding: Set<string> | undefined
  redis.on('ready', () => {
    holding = undefined
    users.forget()
    // One that lost its connection before it was ready stays broken.
    queues.clear()
    settings.onReady()
  })
  const queueOf = (name: string): HostQueue => {
    const queue = queues.get(name) ?? { jobs: openQueue(name, redis), added: new Set() }
    queues.set(name, queue)
    return queue
  }
  return {
    isReady: () => redis.status === 'ready',
    users,
    async offer(wanted) {
      // Also where there is nothing to say: a host that does not answer is noticed.
      await redis.ping()
      holding ??= await namesOfQueues(redis)
      const held = holding
      const offersOf = new Map(wanted.map(({ name, offers }) => [name, offers]))
      let waiting = 0
      for (const name of new Set([...held, ...offersOf.keys()])) {
        const left = await setOffers(queueOf(name), offersOf.get(name) ?? [])
        waiting += left
        if (left > 0) held.add(name)
        else held.delete(name)
      }
      return waiting
    },
    close() {
      redis.disconnect()
    },
  }
}

function openQueue(name: string, connection: Redis): Queue {
  const queue = new Queue(name, {
    connection,
    prefix: queuePrefix,
    streams: { events: { maxLen: 100 } },
    defaultJobOptions: { removeOnComplete: true, removeOnFail: true },
  })
  // The connection says itself how it is; what fails is answered by whoever asked.
  queue.on('error', () => undefined)
  return queue
}

interface HostQueue {
  readonly jobs: Queue
  /** Ids that were added by the last change. */
  added: ReadonlySet<string>
}

/** @returns how many offers wait */
async function setOffers(host: HostQueue, offers: WantedQueue['offers']): Promise<number> {
  const { jobs: queue } = host
  const ids = offers.map(({ id }) => id)
  const [waiting, stalled, delayed, active] = await Promise.all([
    queue.getRanges(['prioritized'], 0, -1, true),
    // Offers whose worker was lost come first of all.
    queue.getRanges(['wait'], 0, -1, true),
    queue.getRanges(['delayed'], 0, -1, true),
    queue.getRanges(['active'], 0, -1, true),
  ])
  const returned = [...stalled, ...delayed]
  const elsewhere = new Set([...returned, ...active])
  const inOrder = ids.filter((id) => !elsewhere.has(id))
  const isAsWanted = inOrder.join() === waiting.join() && returned.every((id) => ids.includes(id))
  if (!isAsWanted) await change(host, offers, { returned, active })
  return inOrder.length + returned.filter((id) => ids.includes(id)).length
}

async function change(
  host: HostQueue,
  offers: WantedQueue['offers'],
  held: { readonly returned: readonly string[]; readonly active: readonly string[] },
): Promise<void> {
  const { jobs: queue } = host
  const jobs = await queue.getJobs(['prioritized'], 0, -1, true)
  const waiting = jobs.flatMap(({ id, priority }) => (id === undefined ? [] : [{ id, priority }]))
  const { remove, add } = planOffers(
    offers.map(({ id }) => id),
    { ...held, waiting },
  )
  // Added before, and yet in no list: what a script that was cut short left of it keeps it from being added.
  const lost = add.map(({ id }) => id).filter((id) => host.added.has(id))
  // One that a worker has taken by now has a lock, and stays.
  await Promise.all([...remove, ...lost].map((id) => queue.remove(id).catch(() => 0)))
  host.added = new Set(add.map(({ id }) => id))
  const dataOf = new Map(offers.map(({ id, offer }) => [id, offer]))
  if (add.length === 0) return
  await queue.addBulk(
    add.map(({ id, priority }) => ({ name: 'offer', data: dataOf.get(id), opts: { jobId: id, priority } })),
  )
}

/** Of all protocols: an older host's offers are withdrawn too. */
async function namesOfQueues(redis: Redis): Promise<Set<string>> {
  const names = new Set<string>()
  const [before, after] = [`${queuePrefix}:`, ':meta']
  let cursor = '0'
  do {
    const [next, keys] = await redis.scan(cursor, 'MATCH', `${before}anneal-p*${after}`, 'COUNT', 1000)
    for (const key of keys) names.add(key.slice(before.length, -after.length))
    cursor = next
  } while (cursor !== '0')
  return names
}
