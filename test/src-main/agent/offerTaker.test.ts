import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { test } from 'node:test'
import { Queue } from 'bullmq'
import type { Offer } from '../../../shared/worker/protocol.ts'
import { queuePrefix } from '../../../shared/worker/queues.ts'
import {
  createOfferTaker,
  type OfferOutcome,
  type OfferTaker,
  type Slots,
} from '../../../src-main/agent/offerTaker.ts'
import { connectToQueue } from '../../../src-main/workerLink/queueConnection.ts'
import { accessOf, ownAccess, userName } from '../../../src-main/workers/queueFile.ts'
import { offersOf, type PlacedRuns, workerOne } from '../workers/offerSource.ts'
import { noRedis, type RealQueue, realQueue, until } from '../workers/realQueue.ts'

const timings = { lease: 400, stalled: 200, retry: 50, offerAgain: 50 }

interface Hands {
  readonly taker: OfferTaker
  /** Runs in the order in which they came, each time. */
  readonly came: string[]
  readonly said: string[]
  /** Ends what is held of that run. */
  answer(runId: string, outcome: OfferOutcome): void
}

/** A worker that holds each offer until the test answers it. */
function workerOf(
  real: RealQueue,
  classes: Slots,
  worker: { id: string; joinedAt: number } = workerOne,
): Hands {
  const held = new Map<string, (outcome: OfferOutcome) => void>()
  const hands = { came: [] as string[], said: [] as string[] }
  const taker = createOfferTaker({
    workerId: worker.id,
    pin: real.file.pin,
    classes,
    timings,
    onOffer: ({ runId }: Offer) =>
      new Promise((resolve) => {
        hands.came.push(runId)
        held.set(runId, resolve)
      }),
    log: (line) => hands.said.push(line),
  })
  real.closeFirst(() => taker.close())
  taker.setAccess(accessOf(real.file, worker, '127.0.0.1'))
  return {
    ...hands,
    taker,
    answer(runId, outcome) {
      const resolve = held.get(runId)
      assert.ok(resolve, `${runId} is not held`)
      held.delete(runId)
      resolve(outcome)
    },
  }
}

function hostOf(real: RealQueue, placed: PlacedRuns) {
  const offers = offersOf(placed, real.home, { reconcile: 100 })
  real.closeFirst(() => offers.close())
  const connection = connectToQueue(ownAccess(real.file), 20)
  real.closeFirst(() => connection.disconnect())
  const queue = new Queue('anneal-p1-processor', { connection, prefix: queuePrefix })
  queue.on('error', () => undefined)
  return { offers, queue, connection }
}

test('a worker holds as many offers as it has slots, each as long as its attempt, far beyond its lease', {
  skip: noRedis,
}, async (t) => {
  const real = await realQueue(t)
  const placed: PlacedRuns = {
    workers: [workerOne],
    runs: [{ id: 'a' }, { id: 'b' }, { id: 'c' }, { id: 'gpu', device: 'cuda' }],
  }
  const { queue } = hostOf(real, placed)
  const worker = workerOf(real, { processor: 2 })
  await until('two have come', () => worker.came.length === 2)
  const renewed = Date.now() + 3 * timings.lease
  await until('three leases are over', () => Date.now() > renewed)
  assert.deepEqual(worker.came, ['a', 'b'])
  assert.deepEqual((await queue.getRanges(['active'], 0, -1, true)).sort(), ['a-1', 'b-1'])

  worker.taker.setOpen(false)
  placed.runs = [{ id: 'c' }]
  worker.answer('a', { type: 'done' })
  worker.answer('b', { type: 'later', afterMs: 1 })
  await until(
    'both hands are empty, and nothing new has come',
    async () => (await queue.getActiveCount()) === 0,
  )
  assert.equal(worker.came.length, 2)
  worker.taker.setOpen(true)
  await until('it takes again', () => worker.came.includes('c'))
})

test('an offer that came back is handed out again after its time; a malformed one and another protocol’s are passed over', {
  skip: noRedis,
}, async (t) => {
  const real = await realQueue(t)
  const placed: PlacedRuns = { workers: [workerOne], runs: [] }
  const { queue, offers } = hostOf(real, placed)
  await until('the worker is let in', async () => (await offers.state()).state === 'ready')
  await queue.add('offer', { what: '../../etc' }, { jobId: 'bad', priority: 1 })
  await queue.add('offer', {
    protocol: 2,
    runId: 'x',
    deviceClass: 'cuda',
    memory: 0,
    datasetId: '0'.repeat(16),
  })
  placed.runs = [{ id: 'a' }]
  const worker = workerOf(real, { processor: 1 })
  await until('the good one has come', () => worker.came.length === 1)
  worker.answer('a', { type: 'later', afterMs: 30 })
  await until('it has come again', () => worker.came.length === 2)
  assert.deepEqual(worker.came, ['a', 'a'])
  assert.equal(worker.said.length, 2)
})

test('a worker whose very first question the queue turned down takes offers once it is let in', {
  skip: noRedis,
}, async (t) => {
  const real = await realQueue(t)
  const placed: PlacedRuns = { workers: [workerOne], runs: [] }
  const { offers, connection } = hostOf(real, placed)
  await until('the worker is let in', async () => (await offers.state()).state === 'ready')
  const user = userName(workerOne.id)
  await connection.call('ACL', 'SETUSER', user, '-info')
  const worker = workerOf(real, { processor: 1 })
  const isDenied = async (): Promise<boolean> =>
    JSON.stringify(await connection.call('ACL', 'LOG')).includes('"info"')
  await until('it was turned down', isDenied)
  await connection.call('ACL', 'SETUSER', user, '+info')
  placed.runs = [{ id: 'a' }]
  await until('it takes the offer', () => worker.came.includes('a'))
  worker.answer('a', { type: 'done' })
})

test('a queue killed and started on the same port, with its data or without, finds its workers again', {
  skip: noRedis,
}, async (t) => {
  const real = await realQueue(t)
  const placed: PlacedRuns = { workers: [workerOne], runs: [{ id: 'a' }] }
  const { connection } = hostOf(real, placed)
  const worker = workerOf(real, { processor: 4 })
  await until('it holds one', () => worker.came.length === 1)
  for (const next of ['b', 'c']) {
    await real.kill('SIGKILL')
    placed.runs = [{ id: next }]
    await real.start()
    await until(`${next} has come`, () => worker.came.includes(next))
    worker.answer(next, { type: 'done' })
    placed.runs = []
  }
  await connection.flushall()
  placed.runs = [{ id: 'd' }]
  await until('d has come', () => worker.came.includes('d'))
  // What was being offered as the queue forgot it may come once more: the host says then that it is over.
  const others = new Set(worker.came.filter((id) => id !== 'a'))
  assert.equal([...others].join(), 'b,c,d')
})

test('a removed worker is cut off at once, and a worker sees and writes no key but those of its own queues', {
  skip: noRedis,
}, async (t) => {
  const real = await realQueue(t)
  const placed: PlacedRuns = {
    workers: [workerOne, { id: 'worker02', state: 'joined', joinedAt: 2 }],
    runs: [{ id: 'a', placement: { at: 'worker', workerId: 'worker02' } }],
  }
  const { offers } = hostOf(real, placed)
  await until('all is set', async () => (await offers.state()).state === 'ready')
  const redis = connectToQueue({ ...accessOf(real.file, workerOne, '127.0.0.1'), pin: real.file.pin }, 20)
  real.closeFirst(() => redis.disconnect())
  assert.equal(await redis.llen('{anneal}:anneal-p1-processor:wait'), 0)
  for (const key of ['other', '{anneal}:anneal-p1-worker-worker02:a-1'])
    await assert.rejects(redis.hgetall(key), /NOPERM/)
  for (const [command, ...args] of [
    ['KEYS', '*'],
    ['FLUSHALL'],
    ['CONFIG', 'GET', '*'],
    ['ACL', 'LIST'],
    ['MONITOR'],
    ['SCAN', '0'],
  ])
    await assert.rejects(redis.call(command ?? '', ...args), /NOPERM/, command)
  await assert.rejects(redis.eval('return redis.call("GET", "other")', 0), /NOPERM|can't access/)

  let isCut = false
  redis.on('close', () => {
    isCut = true
  })
  const reasons: string[] = []
  redis.on('error', ({ message }) => reasons.push(message))
  placed.workers = placed.workers.map((worker) =>
    worker.id === workerOne.id ? { ...worker, state: 'removed' } : worker,
  )
  offers.poke()
  await until('it is cut off', () => isCut)
  await until('and not let in again', () => reasons.some((reason) => reason.includes('WRONGPASS')))
})

test('the offer of a worker that was killed comes to another one when its lease is over', {
  skip: noRedis,
}, async (t) => {
  const real = await realQueue(t)
  const two = { id: 'worker02', state: 'joined', joinedAt: 2 } as const
  const placed: PlacedRuns = { workers: [workerOne, two], runs: [{ id: 'a' }] }
  hostOf(real, placed)
  const doomed = otherProcess(real)
  t.after(() => doomed.kill('SIGKILL'))
  await new Promise((resolve) => doomed.stdout?.once('data', resolve))
  const heir = workerOf(real, { processor: 1 }, two)
  doomed.kill('SIGKILL')
  await until('it has come to the other', () => heir.came.includes('a'))
})

function otherProcess({ file }: RealQueue): ChildProcess {
  const access = JSON.stringify(accessOf(file, workerOne, '127.0.0.1'))
  const script = `
    import { createOfferTaker } from './src-main/agent/offerTaker.ts'
    const taker = createOfferTaker({
      workerId: '${workerOne.id}', pin: '${file.pin}', classes: { processor: 1 }, timings: ${JSON.stringify(timings)},
      onOffer: (offer) => { console.log(offer.runId); return new Promise(() => {}) }, log: console.error,
    })
    taker.setAccess(${access})`
  return spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}
