/*
 * The page of one run in a real browser, over a real `anneal serve`: how long a run of ten million steps takes to open and
 * to zoom into, and what live updates cost at its thousandth step and at its millionth. Build the window first.
 */
import { execFileSync } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { z } from 'zod'
import type { TrainerEvent } from '../../shared/run/messages.ts'
import { buildTimetable } from '../../shared/run/plan.ts'
import { parseRunSpec } from '../../shared/run/spec.ts'
import { openStore } from '../../src-main/store/index.ts'
import type { RunRecord } from '../../src-main/store/types.ts'
import { launchBrowser } from '../browser/chromium.ts'
import { type Lab, makeLab } from '../e2e/lab.ts'
import { type Figure, metricsEvent, percentile, report } from './store-support.ts'
import { cpuOf, openWindow, processorTimes } from './windowBench.ts'

const STEPS = 10_000_000
/** Of each live measurement. */
const seconds = 12
const seeded = z.object({ longRunId: z.string() })

const figures: Figure[] = []
const lab = makeLab()
const browser = await launchBrowser()
const { longRunId } = seed(lab)
const store = openStore(lab.database)
const alive = setInterval(() => store.write.heartbeat(), 1000)
const host = lab.start('serve', '--no-open', '--json', '--port', '0')
try {
  const { page, problems } = await openWindow(browser, host)
  await watchDrawing(page)
  await measureOpening(page, longRunId)
  await measureZooms(page)
  const early = await measureLive(page, 1_000)
  const late = await measureLive(page, 1_000_000)
  figures.push({
    name: 'cost of an update at step 1,000,000 over that at 1,000',
    value: late / early,
    unit: '×',
    atMost: 1.5,
  })
  if (problems.length > 0) throw new Error(`the window had problems: ${problems.join('; ')}`)
} finally {
  clearInterval(alive)
  store.close()
  await browser.close()
  host.process.kill('SIGINT')
  await host.result
  lab.remove()
}
report('The page of a run of ten million steps', figures)

/** By a process of its own, so that this one's memory is what a host beside the browser would leave it. */
function seed({ home }: Lab): z.infer<typeof seeded> {
  const file = JSON.stringify(new URL('seedLab.ts', import.meta.url))
  const code = `import(${file}).then(async ({ seedLab }) =>
    console.log(JSON.stringify(await seedLab(${JSON.stringify(home)}, { runs: 200, longRunSteps: ${STEPS} }))))`
  return seeded.parse(JSON.parse(execFileSync(process.execPath, ['-e', code], { encoding: 'utf8' })))
}

/** Notes in the page when lines of charts were last drawn, and how long frames took. */
async function watchDrawing(page: Page): Promise<void> {
  await page.evaluate(`(() => {
    const noted = { drawn: 0, frames: [], tasks: [] }
    window.noted = noted
    new MutationObserver((changes) => {
      const isLine = ({ target, addedNodes }) =>
        target.matches?.('[data-line]') || [...addedNodes].some((node) => node.querySelector?.('[data-line]'))
      if (changes.some(isLine)) requestAnimationFrame(() => requestAnimationFrame(() => { noted.drawn = performance.now() }))
    }).observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ['d'] })
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) noted.tasks.push(duration)
    }).observe({ type: 'longtask' })
    let before = performance.now()
    const frame = (now) => {
      noted.frames.push(now - before)
      before = now
      requestAnimationFrame(frame)
    }
    requestAnimationFrame(frame)
  })()`)
}

/** Acts, waits until nothing has been drawn for a while, and tells how long after the act the last line was drawn. */
async function untilDrawn(page: Page, act: () => Promise<number>): Promise<number> {
  const start = await act()
  const drawn = await page.evaluate<number>(
    `(async (start) => {
      const wait = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds))
      while (window.noted.drawn <= start || performance.now() - window.noted.drawn < 600) {
        if (performance.now() - start > 30_000) throw new Error('nothing was drawn for half a minute')
        await wait(20)
      }
      return window.noted.drawn
    })(${start})`,
  )
  return drawn - start
}

/** By the app's own router, as a link goes. */
function goTo(page: Page, path: string): Promise<number> {
  return page.evaluate<number>(`(() => {
    const start = performance.now()
    history.pushState({}, '', ${JSON.stringify(path)})
    dispatchEvent(new PopStateEvent('popstate'))
    return start
  })()`)
}

async function measureOpening(page: Page, id: string): Promise<void> {
  let start = 0
  const first = await untilDrawn(page, async () => {
    start = await goTo(page, `/runs/${id}`)
    return start
  })
  const smooth = page.getByRole('figure', { name: /^Loss/ }).locator('path[data-line=train][d^=M]')
  await smooth.waitFor({ state: 'attached', timeout: 60_000 })
  const smoothed = (await page.evaluate<number>('performance.now()')) - start
  const again: number[] = []
  for (let i = 0; i < 5; i++) {
    await goTo(page, '/settings')
    await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor()
    again.push(await untilDrawn(page, () => goTo(page, `/runs/${id}`)))
  }
  figures.push(
    { name: 'opening, the first time since the host started', value: first, unit: 'ms', atMost: 500 },
    {
      name: 'the same until the smoothed lines are there, of which the host knew nothing',
      value: smoothed,
      unit: 'ms',
    },
    { name: 'opening again: median', value: percentile(again, 0.5), unit: 'ms', atMost: 500 },
  )
}

/** Drags over parts of the loss chart, ever deeper, and out again. */
async function measureZooms(page: Page): Promise<void> {
  const times: number[] = []
  const surface = page.getByRole('figure', { name: /^Loss/ }).locator('[data-zoomable=true]')
  const box = await surface.boundingBox()
  if (box === null) throw new Error('the loss chart is not there')
  const y = box.y + box.height / 2
  for (let i = 0; i < 8; i++) {
    const from = box.x + box.width * (0.15 + 0.05 * i)
    await page.mouse.move(from, y)
    await page.mouse.down()
    await page.mouse.move(from + box.width * 0.3, y, { steps: 3 })
    times.push(
      await untilDrawn(page, async () => {
        const start = await page.evaluate<number>('performance.now()')
        await page.mouse.up()
        return start
      }),
    )
  }
  const out = await untilDrawn(page, async () => {
    const start = await page.evaluate<number>('performance.now()')
    await page.getByRole('button', { name: 'Show all' }).click()
    return start
  })
  figures.push(
    { name: 'zooming in by a drag: median', value: percentile(times, 0.5), unit: 'ms', atMost: 150 },
    { name: 'zooming in by a drag: slowest of 8', value: Math.max(...times), unit: 'ms' },
    { name: 'showing all again', value: out, unit: 'ms', atMost: 150 },
  )
}

/** A run under way, written as its host would, four times a second. @returns the main thread's milliseconds an update */
async function measureLive(page: Page, atStep: number): Promise<number> {
  const { run, at } = beginRun(atStep * 1.05)
  let step = 0
  let seq = 0
  const train = (count: number): void => {
    store.record(liveEvents(run, at, step, count, () => seq++))
    step += count
  }
  while (step < atStep) train(Math.min(10_000, atStep - step))
  await untilDrawn(page, () => goTo(page, `/runs/${run.id}`))
  const session = await processorTimes(page)
  const before = await cpuOf(session)
  await page.evaluate('(() => { window.noted.frames.length = 0; window.noted.tasks.length = 0 })()')
  const updates = seconds * 4
  const perUpdate = Math.max(1, Math.round((atStep * 0.04) / updates))
  for (let i = 0; i < updates; i++) {
    train(perUpdate)
    await delay(250)
  }
  const frames = z.array(z.number()).parse(await page.evaluate('window.noted.frames'))
  const tasks = z.array(z.number()).parse(await page.evaluate('window.noted.tasks'))
  const cost = ((await cpuOf(session)) - before) / updates
  store.write.setStatus(run.id, 'stopped', 'The benchmark is over.')
  const where = `live at step ${atStep.toLocaleString('en')}`
  figures.push(
    { name: `${where}: the main thread's processor time, an update`, value: cost, unit: 'ms' },
    { name: `${where}: frame, 99 of 100 under`, value: percentile(frames, 0.99), unit: 'ms', atMost: 50 },
    { name: `${where}: longest task`, value: Math.max(0, ...tasks), unit: 'ms', atMost: 50 },
  )
  await session.detach()
  return cost
}

function beginRun(steps: number) {
  const total = Math.round(steps)
  const spec = parseRunSpec({
    name: `live, ${total} steps`,
    schedule: { kind: 'cyclical', lrMin: 0.001, lrMax: 0.1, stepUp: Math.round(total / 20), unit: 'step' },
    budget: { steps: total },
  })
  const [dataset] = store.read.datasets()
  if (dataset === undefined) throw new Error('the lab has no data set')
  const plan = {
    totalSteps: total,
    stepsPerEpoch: Math.max(10, Math.round(total / 100)),
    scheduleSteps: total,
  }
  const created = store.write.createRun({ spec, datasetId: dataset.id, plan, totalSteps: total })
  return { run: store.write.claimRun(created.id), at: buildTimetable(spec, { plan, edits: [] }).schedule.at }
}

function liveEvents(
  run: RunRecord,
  at: (step: number) => { lr: number },
  firstStep: number,
  count: number,
  seq: () => number,
): TrainerEvent[] {
  const metrics = metricsEvent(run, seq(), firstStep, count, ['loss', 'accuracy', 'momentum'])
  const lr = Float64Array.from({ length: count }, (_, k) => at(firstStep + k).lr)
  return [{ ...metrics, columns: { ...metrics.columns, lr } }]
}
