/*
 * The page of a sweep of 1,000 cells in a real browser, over a real `anneal serve`: from navigation to painted results, and
 * what a live update costs it, beside the page of a sweep of 20 cells. Build the window first.
 */
import { setTimeout as delay } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { random } from '../../shared/random.ts'
import { openCore } from '../../src-main/core.ts'
import type { RunRecord, Store } from '../../src-main/store/types.ts'
import { launchBrowser } from '../browser/chromium.ts'
import { makeLab } from '../e2e/lab.ts'
import { type Figure, metricsEvent, percentile, report } from './store-support.ts'
import { cpuOf, openWindow, processorTimes, whenThere } from './windowBench.ts'

const openings = 5
const updates = 24

/** In the page, before anything of it: when the first rows of the table of settings were painted. */
const watch = `(() => {
  Object.assign(window, { noted: { rows: 0 } })
  const look = () => {
    if (document.querySelectorAll('section[aria-label=Settings] tbody tr').length < 2) {
      requestAnimationFrame(look)
      return
    }
    requestAnimationFrame(() => {
      const channel = new MessageChannel()
      channel.port1.onmessage = () => { window.noted.rows = performance.now() }
      channel.port2.postMessage(0)
    })
  }
  requestAnimationFrame(look)
})()`

const figures: Figure[] = []
const lab = makeLab()
const core = openCore({ home: lab.home, db: lab.database })
const [few, many] = [await seed(2), await seed(100)]
const alive = setInterval(() => core.store.write.heartbeat(), 1000)
const browser = await launchBrowser()
const host = lab.start('serve', '--no-open', '--json', '--port', '0')
try {
  const { page, problems } = await openWindow(browser, host)
  await page.addInitScript({ content: watch })
  const [first, ...again] = await openingTimes(page, many.id)
  figures.push(
    {
      name: 'from navigation to results, the first time',
      value: first ?? Number.NaN,
      unit: 'ms',
      atMost: 1000,
    },
    {
      name: 'from navigation to results: median after',
      value: percentile(again, 0.5),
      unit: 'ms',
      atMost: 1000,
    },
  )
  const [small, large] = [await updateCost(page, few), await updateCost(page, many)]
  figures.push(
    { name: 'an update of 20 cells: processor time of the page', value: small, unit: 'ms' },
    { name: 'an update of 1,000 cells: processor time of the page', value: large, unit: 'ms' },
    { name: 'the second by the first', value: large / small, unit: '×', atMost: 2 },
  )
  if (problems.length > 0) throw new Error(`the window had problems: ${problems.join('; ')}`)
} finally {
  clearInterval(alive)
  await browser.close()
  host.process.kill('SIGINT')
  await host.result
  await core.close()
  lab.remove()
}
report('The page of a sweep of 1,000 cells', figures)

interface Seeded {
  readonly id: string
  /** Of its cells, one under way. */
  readonly live: RunRecord
}

/** A sweep of so many rates × 10 seeds, all trained but for the last of the best rate, which is under way. */
async function seed(rates: number): Promise<Seeded> {
  const { store } = core
  const id = await core.studies.launch({
    kind: 'sweep',
    base: { schedule: { kind: 'sgdr', lrMax: 0.05, t0: 2 }, budget: { epochs: 10 }, device: 'simd' },
    axes: [{ path: 'schedule.lrMax', values: { from: 0.001, to: 1, count: rates, scale: 'log' } }],
    seeds: Array.from({ length: 10 }, (_, i) => i + 1),
  })
  const rng = random(1, 'scores')
  const runs = store.read.study(id).cells.map(({ runId }) => store.write.claimRun(runId))
  const live = runs.pop()
  if (live === undefined) throw new Error('the study has no cells')
  for (const run of runs) finish(store, run, 0.8 + 0.1 * rng.next())
  return { id, live }
}

function finish(store: Store, run: RunRecord, accuracy: number): void {
  const envelope = { runId: run.id, attempt: run.attempt }
  const last = run.totalSteps - 1
  const scores = {
    trainLoss: 1 - accuracy,
    trainAccuracy: accuracy,
    valLoss: 1 - accuracy,
    valAccuracy: accuracy,
    testLoss: 1 - accuracy,
    testAccuracy: accuracy,
  }
  const isStored = store.record([
    metricsEvent(run, 0, 0, 100, ['lr', 'loss', 'accuracy']),
    { ...envelope, seq: 1, type: 'epoch', epoch: 10, step: last, ...scores, seconds: 3, trainingSeconds: 3 },
    { ...envelope, seq: 2, type: 'ended', status: 'completed', stepsDone: run.totalSteps },
  ])
  if (!isStored) throw new Error(`the events of run ${run.id} were refused`)
}

async function openingTimes(page: Page, id: string): Promise<number[]> {
  const times: number[] = []
  for (let i = 0; i < openings; i++) {
    await page.goto(new URL(`/studies/${id}`, page.url()).href, { waitUntil: 'commit' })
    times.push(Number(await whenThere(page, 'window.noted.rows')))
  }
  return times
}

/** Milliseconds of the main thread for an update of one cell under way, as four come a second. */
async function updateCost(page: Page, { id, live }: Seeded): Promise<number> {
  await page.goto(new URL(`/studies/${id}`, page.url()).href, { waitUntil: 'commit' })
  await whenThere(page, 'window.noted.rows')
  await delay(2000)
  const session = await processorTimes(page)
  const before = await cpuOf(session)
  for (let seq = 0; seq < updates; seq++) {
    core.store.record([metricsEvent(live, seq, seq * 10, 10, ['lr', 'loss', 'accuracy'])])
    await delay(250)
  }
  const cost = ((await cpuOf(session)) - before) / updates
  await session.detach()
  return cost
}
