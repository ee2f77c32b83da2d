/*
 * What workers cost their host, with a real Redis or Valkey over TLS: offering a thousand runs, finding that nothing has
 * changed, and fifty workers that wait for an offer, each with a slot of the processor and a GPU.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { createOfferTaker } from '../../src-main/agent/offerTaker.ts'
import { openStore } from '../../src-main/store/index.ts'
import { accessOf } from '../../src-main/workers/queueFile.ts'
import { newRun, putDataset } from '../src-main/store/fixtures.ts'
import { offersOf, type PlacedRuns } from '../src-main/workers/offerSource.ts'
import { noRedis, type RealQueue, realQueue, until } from '../src-main/workers/realQueue.ts'
import { type Figure, percentile, report } from './store-support.ts'

const { values } = parseArgs({
  options: {
    /** Seconds that the idle workers are watched. */
    idle: { type: 'string', default: '30' },
    /** Read by `report`. */
    json: { type: 'boolean', default: false },
  },
})

const figures: Figure[] = []
const closing: (() => unknown)[] = []
if (noRedis !== undefined) throw new Error(noRedis)
try {
  await offering()
  queued()
  await idling()
} finally {
  for (const close of closing) await close()
}
report('What workers cost their host, with a queue of its own', figures)

function queue(): Promise<RealQueue> {
  return realQueue({ after: (close) => closing.push(close) })
}

/** From the change in the lab until the last of a thousand is in the queue; and until all are withdrawn. */
async function offering(): Promise<void> {
  const real = await queue()
  const placed: PlacedRuns = { workers: [{ id: 'worker00', state: 'joined', joinedAt: 1 }], runs: [] }
  const offers = offersOf(placed, real.home)
  real.closeFirst(() => offers.close())
  const seconds = async (count: number): Promise<number> => {
    placed.runs = Array.from({ length: count }, (_, i) => ({ id: `run${i}` }))
    const began = performance.now()
    offers.poke()
    await until(`${count} offers`, async () => {
      const { state, offers: held } = await offers.state()
      return state === 'ready' && held === count
    })
    return (performance.now() - began) / 1000
  }
  await seconds(1)
  const [out, back]: [number[], number[]] = [[], []]
  for (let turn = 0; turn < 5; turn++) {
    out.push(await seconds(1000))
    back.push(await seconds(0))
  }
  figures.push(
    { name: 'offering 1,000 runs, median of 5', value: percentile(out, 0.5), unit: 's', atMost: 2 },
    { name: 'withdrawing 1,000 offers, median of 5', value: percentile(back, 0.5), unit: 's' },
  )
}

/** What the host asks its database whenever something has changed: which runs wait for a worker. */
function queued(): void {
  const folder = mkdtempSync(join(tmpdir(), 'anneal-bench-'))
  const store = openStore(join(folder, 'lab.db'))
  closing.push(() => {
    store.close()
    rmSync(folder, { recursive: true, force: true })
  })
  putDataset(store)
  for (let i = 0; i < 1000; i++) store.write.enqueueRun({ ...newRun, placement: { at: 'anyWorker' } })
  const took = Array.from({ length: 20 }, () => {
    const began = performance.now()
    store.workers.offerable()
    return performance.now() - began
  })
  figures.push({ name: '1,000 runs that wait, read, median of 20', value: percentile(took, 0.5), unit: 'ms' })
}

/** Parts of one core that the queue itself takes, and the host's end of it. The workers are of this process: not counted. */
async function idling(): Promise<void> {
  const real = await queue()
  const workers = Array.from({ length: 50 }, (_, i) => ({
    id: `worker${String(i).padStart(2, '0')}`,
    state: 'joined' as const,
    joinedAt: 1,
  }))
  const offers = offersOf({ workers, runs: [] }, real.home, { reconcile: 5000 })
  real.closeFirst(() => offers.close())
  await until('all are let in', async () => (await offers.state()).state === 'ready')
  for (const worker of workers) {
    const taker = createOfferTaker({
      workerId: worker.id,
      pin: real.file.pin,
      classes: { processor: 2, cuda: 1 },
      timings: { lease: 30_000, stalled: 15_000, retry: 2000, offerAgain: 5000 },
      onOffer: async () => ({ type: 'done' }),
      log: () => undefined,
    })
    taker.setAccess(accessOf(real.file, worker, '127.0.0.1'))
    real.closeFirst(() => taker.close())
  }
  // What connecting costs is over by then.
  await delay(5000)
  const [used, began] = [processorSeconds(real.pid()), performance.now()]
  await delay(Number(values.idle) * 1000)
  const seconds = (performance.now() - began) / 1000
  const share = (100 * (processorSeconds(real.pid()) - used)) / seconds
  figures.push({ name: 'the queue with 50 idle workers', value: share, unit: '% of a core', atMost: 1 })
}

/** Of a process of this machine, from Linux's /proc: user and system, in hundredths of a second. */
function processorSeconds(pid: number | undefined): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}
