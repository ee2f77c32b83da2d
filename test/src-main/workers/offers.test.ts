import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { Queue } from 'bullmq'
import { offer } from '../../../shared/worker/protocol.ts'
import { queuePrefix } from '../../../shared/worker/queues.ts'
import { connectToQueue } from '../../../src-main/workerLink/queueConnection.ts'
import type { Offers } from '../../../src-main/workers/offers.ts'
import { ownAccess } from '../../../src-main/workers/queueFile.ts'
import { offersOf, type PlacedRuns, workerOne } from './offerSource.ts'
import { noRedis, type RealQueue, realQueue, until } from './realQueue.ts'

const processor = 'anneal-p1-processor'

/** Looks into the queues as nobody of ours does. */
function lookInto(real: RealQueue) {
  const connection = connectToQueue(ownAccess(real.file), 20)
  real.closeFirst(() => connection.disconnect())
  const queues = new Map<string, Queue>()
  const queue = (name: string): Queue => {
    const before = queues.get(name)
    if (before !== undefined) return before
    const opened = new Queue(name, { connection, prefix: queuePrefix })
    opened.on('error', () => undefined)
    queues.set(name, opened)
    return opened
  }
  return {
    connection,
    queue,
    /** Ids in the order in which they would be handed out. */
    ids: (name: string) => queue(name).getRanges(['prioritized'], 0, -1, true),
  }
}

async function holds(offers: Offers, count: number): Promise<boolean> {
  const { state, offers: held } = await offers.state()
  return state === 'ready' && held === count
}

const same = async (ids: Promise<string[]>, wanted: readonly string[]): Promise<boolean> =>
  (await ids).join() === wanted.join()

test('runs are offered by class and worker in the order of the queue; one that moves, comes back or goes follows', {
  skip: noRedis,
}, async (t) => {
  const real = await realQueue(t)
  const look = lookInto(real)
  const placed: PlacedRuns = {
    workers: [workerOne],
    runs: [
      { id: 'a' },
      { id: 'b', device: 'simd', attempt: 2 },
      { id: 'c', device: 'cuda' },
      { id: 'd', placement: { at: 'worker', workerId: workerOne.id }, device: 'webgpu' },
      { id: 'e', placement: { at: 'slurm' } },
      { id: 'f' },
    ],
  }
  const offers = offersOf(placed, real.home)
  real.closeFirst(() => offers.close())
  await until('all are offered', () => holds(offers, 5))
  assert.deepEqual(await look.ids(processor), ['a-1', 'b-3', 'f-1'])
  assert.deepEqual(await look.ids('anneal-p1-cuda'), ['c-1'])
  assert.deepEqual(await look.ids('anneal-p1-worker-worker01'), ['d-1'])
  const job = await look.queue('anneal-p1-worker-worker01').getJob('d-1')
  assert.deepEqual(offer.parse(job?.data), {
    protocol: 1,
    runId: 'd',
    deviceClass: 'webgpu',
    memory: 0,
    datasetId: '0123456789abcdef',
  })

  placed.runs = [{ id: 'f' }, { id: 'a' }, { id: 'new' }, { id: 'b', attempt: 3 }]
  offers.poke()
  await until('they follow', () => same(look.ids(processor), ['f-1', 'a-1', 'new-1', 'b-4']))
  // Each queue in its own time.
  await until('what nobody wants is withdrawn', () => same(look.ids('anneal-p1-cuda'), []))

  placed.runs = []
  offers.poke()
  await until('all are gone', () => same(look.ids(processor), []))
  const left = async () =>
    (await look.connection.keys('*')).filter((key) => !/:(meta|events|id|pc|marker)$/.test(key))
  await until('nothing is left', () => same(left(), []))
  assert.deepEqual(offers.said, [])
})

test('a thousand offers are out in the order of the queue, each below 4 KB', {
  skip: noRedis,
}, async (t) => {
  const real = await realQueue(t)
  const look = lookInto(real)
  const runs = Array.from({ length: 1000 }, (_, i) => ({ id: `${i}-`.padEnd(62, 'x') }))
  const placed: PlacedRuns = { workers: [workerOne], runs }
  const offers = offersOf(placed, real.home)
  real.closeFirst(() => offers.close())
  await until('all are out', () => holds(offers, 1000))
  assert.ok(
    await same(
      look.ids(processor),
      runs.map(({ id }) => `${id}-1`),
    ),
    'in order',
  )
  const bytes = JSON.stringify((await look.queue(processor).getJob(`${runs[999]?.id}-1`))?.asJSON()).length
  assert.ok(bytes > 100 && bytes < 4096, `${bytes} bytes`)
})

test('a queue that was flushed, killed, or lost with all it held comes to offer the same again', {
  skip: noRedis,
}, async (t) => {
  const real = await realQueue(t)
  const look = lookInto(real)
  const placed: PlacedRuns = { workers: [workerOne], runs: [{ id: 'a' }, { id: 'b' }] }
  const offers = offersOf(placed, real.home, { reconcile: 100 })
  real.closeFirst(() => offers.close())
  const areThere = () => same(look.ids(processor), ['a-1', 'b-1'])
  await until('they are offered', areThere)

  await look.connection.flushall()
  await until('they are offered again', areThere)

  await real.kill('SIGKILL')
  await until('it is away', async () => (await offers.state()).state === 'away')
  assert.match((await offers.state()).words ?? '', /cannot be reached.*serve-queue/)
  placed.runs = [{ id: 'b' }, { id: 'c' }]
  offers.poke()
  await real.start()
  await until('they follow what has changed', () => same(look.ids(processor), ['b-1', 'c-1']))

  await look.connection.flushall()
  await real.kill('SIGTERM')
  placed.runs = [{ id: 'a' }, { id: 'b' }]
  await real.start()
  await until('all is offered anew', areThere)
  assert.deepEqual((await offers.state()).state, 'ready')
  const users = await look.connection.acl('USERS')
  assert.deepEqual(users, ['default', 'worker-worker01'], 'and the workers are let in again')
})

test('an offer of which only remains are left, in no list, is offered again', {
  skip: noRedis,
}, async (t) => {
  const real = await realQueue(t)
  const look = lookInto(real)
  const offers = offersOf({ workers: [workerOne], runs: [{ id: 'a' }] }, real.home, { reconcile: 50 })
  real.closeFirst(() => offers.close())
  await until('it is offered', () => same(look.ids(processor), ['a-1']))
  await look.connection.zrem(`${queuePrefix}:${processor}:prioritized`, 'a-1')
  await until('it is offered again', () => same(look.ids(processor), ['a-1']))
})

test('what a host offered before it ended is withdrawn by the next one, also of another protocol', {
  skip: noRedis,
}, async (t) => {
  const real = await realQueue(t)
  const look = lookInto(real)
  await look.queue('anneal-p0-processor').add('offer', {}, { jobId: 'old', priority: 5 })
  await look.queue(processor).add('offer', {}, { jobId: 'gone-1', priority: 5 })
  await look.queue(processor).add('offer', {}, { jobId: 'back-1', priority: 5, delay: 1e6 })
  const offers = offersOf({ workers: [workerOne], runs: [] }, real.home)
  real.closeFirst(() => offers.close())
  for (const name of ['anneal-p0-processor', processor])
    await until(`${name} is empty`, async () => (await look.queue(name).getJobCountByTypes()) === 0)
})

test('without a worker nothing is loaded and nobody asked; without a queue it is said how to get one', async (t) => {
  const script = `
    import { createOffers } from './src-main/workers/offers.ts'
    import { createRequire } from 'node:module'
    const offers = createOffers({
      store: { any: () => false, list: () => [], offerable: () => { throw new Error('asked') } },
      access: () => { throw new Error('asked') },
      timings: { reconcile: 5, retry: 5 }, protocol: 1, log: (line) => console.log(line),
    })
    setTimeout(async () => {
      await offers.close()
      const loaded = Object.keys(createRequire(import.meta.url).cache)
      console.log(loaded.some((file) => /node_modules.(bullmq|ioredis)/.test(file)))
    }, 60)`
  const said = execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })
  assert.equal(said, 'false\n')

  const offers = offersOf({ workers: [workerOne], runs: [{ id: 'a' }] }, '/nowhere')
  t.after(() => offers.close())
  const { state, words } = await offers.state()
  assert.equal(state, 'none')
  assert.match(words ?? '', /anneal workers serve-queue/)
})
